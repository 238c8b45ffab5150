//! Builds a typed order, and asks a node for its sealed statement and one file of the standard.

use std::error::Error;

#[allow(clippy::all)]
pub mod v1 {
    tonic::include_proto!("threeflow.v1");
}

use v1::node_service_client::NodeServiceClient;

fn order() -> v1::Order {
    v1::Order {
        order_number: Some("O1".into()),
        currency: Some("GBP".into()),
        items: vec![v1::Item {
            sequence: Some(1),
            quantity: Some(v1::Quantity { value: Some("2".into()), unit: Some("H87".into()) }),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("usage: threeflow-client http://HOST:PORT")?;
    let mut node = NodeServiceClient::connect(address).await?;
    let statement = node.fetch_statement(v1::FetchStatementRequest {}).await?.into_inner().statement;
    let name = "exchange.yaml".to_owned();
    let table = node.fetch_standard_file(v1::FetchStandardFileRequest { name }).await?.into_inner().content;
    println!("statement: {} octets, exchange table: {} octets", statement.len(), table.len());
    println!("an order of {} line(s) in {}", order().items.len(), order().currency());
    Ok(())
}
