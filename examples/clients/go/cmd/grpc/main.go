// The main job over gRPC, with what protoc-gen-go and protoc-gen-go-grpc wrote: an order, a payment and a waybill,
// then the release.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"threeflow.example/client/job"
	"threeflow.example/client/pb/threeflow/v1"
	"threeflow.example/client/seal"
)

type client struct {
	sandbox   *job.Sandbox
	told      *job.Told
	documents threeflowv1.DocumentServiceClient
	events    threeflowv1.EventServiceClient
	subjects  threeflowv1.SubjectServiceClient
}

// as proves a member for one method; envelope is what the token binds, where one is sent.
func (c client) as(ctx context.Context, member, method string, envelope []byte) context.Context {
	token := job.Must(c.sandbox.Token(member, "POST", method, envelope))
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

func to[T any](value T) *T { return &value }

func (c client) header(kind, of, issuer string, key *threeflowv1.Key) *threeflowv1.Header {
	receivers := []string{c.sandbox.Audience}
	if kind == "order" {
		// The payment institution is told of the order: by that its payment joins the order's case.
		receivers = append(receivers, job.Payments)
	}
	return &threeflowv1.Header{
		SpecVersion: to("1.0"), Type: &kind, Kind: &of, Id: to(job.UUID()), Issuer: &issuer,
		Environment: &c.sandbox.Environment, IssuedAt: to(job.Now()), Receivers: receivers,
		Subjects: []*threeflowv1.Subject{{Keys: []*threeflowv1.Key{key}}},
	}
}

func key(scheme, issuer, value string) *threeflowv1.Key {
	return &threeflowv1.Key{Scheme: &scheme, Issuer: &issuer, Value: &value}
}

// gbp is an amount; every decimal is a text.
func gbp(value string) *threeflowv1.Amount {
	return &threeflowv1.Amount{Value: &value, Currency: to("GBP")}
}

func party(name string) *threeflowv1.Party { return &threeflowv1.Party{Name: &name} }

func buyer() *threeflowv1.Party {
	return &threeflowv1.Party{NaturalPerson: to(true), AccountReference: to("u-5f2c91"), Country: to("DE")}
}

func (c client) order(key *threeflowv1.Key, quantity string) *threeflowv1.Order {
	return &threeflowv1.Order{
		Header: c.header("order", "sale", job.Platform, key), OrderNumber: key.Value, OrderType: to("b2c"),
		OrderedAt: to(job.Now()), Currency: to("GBP"),
		Parties: &threeflowv1.Order_OrderParties{
			Platform: party("Poyang Lake Market"), Seller: party("Ganjiang Ceramics Co., Ltd."), Buyer: buyer(),
		},
		Items: []*threeflowv1.Item{{
			Sequence: to(int32(1)), Names: []*threeflowv1.Text{{Lang: to("en"), Text: to("Porcelain tea pot")}},
			HsCode:   &threeflowv1.Code{List: to("hs-2022"), Code: to("691110")},
			Quantity: &threeflowv1.Quantity{Value: &quantity, Unit: to("H87")}, UnitPrice: gbp("24.5"), LineTotal: gbp("49"),
		}},
		Totals: &threeflowv1.Order_Totals{GoodsValue: gbp("49"), AmountPaid: gbp("49")},
	}
}

func (c client) payment(order *threeflowv1.Key) *threeflowv1.Payment {
	return &threeflowv1.Payment{
		Header: c.header("payment", "paid", job.Payments, order), PaymentNumber: to("P" + job.Fresh()),
		PaidAt: to(job.Now()), Amount: gbp("49"),
		Parties: &threeflowv1.Payment_PaymentParties{PaymentProvider: party("Gan Pay"), Payer: buyer()},
		Orders:  []*threeflowv1.Payment_PaymentShare{{Order: order, Amount: gbp("49")}},
	}
}

// waybill is one carton; where it goes decides whose customs may act on it.
func (c client) waybill(key, order *threeflowv1.Key) *threeflowv1.Waybill {
	return &threeflowv1.Waybill{
		Header: c.header("waybill", "house", job.Carrier, key), WaybillNumber: key.Value,
		Orders: []*threeflowv1.Key{order},
		Parties: &threeflowv1.Waybill_WaybillParties{
			Carrier: party("Gan River Air Express"), Consignor: party("Ganjiang Ceramics Co., Ltd."),
		},
		Carriage:     &threeflowv1.Carriage{DispatchCountry: to("CN"), DestinationCountry: to("DE")},
		Packages:     []*threeflowv1.Package{{Id: to("P1"), Type: to("CT")}},
		PackageCount: to(int32(1)), GrossWeight: &threeflowv1.Mass{Value: to("2.1"), Unit: to("KGM")},
	}
}

// submit seals the octets of a typed document and sends them beside its view.
func (c client) submit(member string, document proto.Message, view *threeflowv1.DocumentView) {
	payload := job.Must(protojson.Marshal(document))
	envelope := job.Must(json.Marshal(c.sandbox.Seal(member, payload)))
	ctx := c.as(context.Background(), member, threeflowv1.DocumentService_SubmitDocument_FullMethodName, envelope)
	answer, err := c.documents.SubmitDocument(ctx, &threeflowv1.SubmitDocumentRequest{Envelope: envelope, View: view})
	sealed := answer.GetReceipt()
	if err != nil {
		sealed = refusal(err)
	}
	c.told.Outcome(c.sandbox, payload, read(sealed))
}

// refusal is the sealed refusal in the details of a status.
func refusal(err error) []byte {
	for _, each := range status.Convert(err).Details() {
		if detail, is := each.(*threeflowv1.RefusalDetail); is && len(detail.GetEnvelope()) > 0 {
			return detail.GetEnvelope()
		}
	}
	log.Fatal(err)
	return nil
}

func read(octets []byte) (sealed seal.Envelope) {
	job.Must0(json.Unmarshal(octets, &sealed))
	return sealed
}

// follow reads the platform's events until the dossier of the waybill was cut.
func (c client) follow(waybill string) string {
	ctx, cancel := context.WithTimeout(context.Background(), job.Patience)
	defer cancel()
	asked := c.as(ctx, job.Platform, threeflowv1.EventService_ListEvents_FullMethodName, nil)
	stream := job.Must(c.events.ListEvents(asked, &threeflowv1.ListEventsRequest{}))
	for {
		document := job.Must(stream.Recv()).GetEvent().GetDocument()
		c.told.Events = append(c.told.Events, document.GetType())
		if document.GetType() == "dossier-head" {
			asked := c.as(ctx, job.Platform, threeflowv1.DocumentService_FetchDocument_FullMethodName, nil)
			request := &threeflowv1.FetchDocumentRequest{Issuer: document.GetIssuer(), Id: document.GetId()}
			head := job.Must(c.documents.FetchDocument(asked, request))
			if job.About(job.Must(c.sandbox.Trust.Open(read(head.GetEnvelope()))), waybill) {
				return document.GetDigest()
			}
		}
	}
}

// dossier is the bundle, octet for octet: the pieces in their order.
func (c client) dossier(digest string) (bundle []byte) {
	ctx := c.as(context.Background(), job.Platform, threeflowv1.SubjectService_FetchDossier_FullMethodName, nil)
	stream := job.Must(c.subjects.FetchDossier(ctx, &threeflowv1.FetchDossierRequest{Digest: digest}))
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return bundle
		}
		bundle = append(bundle, job.Must(piece, err).GetPiece()...)
	}
}

func main() {
	log.SetFlags(0)
	sandbox := job.Open(os.Args[1])
	told := &job.Told{Binding: "grpc", Receipts: map[string]string{}}
	connection := job.Must(grpc.NewClient(sandbox.Grpc, grpc.WithTransportCredentials(insecure.NewCredentials())))
	c := client{
		sandbox, told, threeflowv1.NewDocumentServiceClient(connection),
		threeflowv1.NewEventServiceClient(connection), threeflowv1.NewSubjectServiceClient(connection),
	}
	number := job.Fresh()
	orderKey, waybillKey := key("order", job.Platform, "O"+number), key("waybill", job.Carrier, "W"+number)
	submitOrder := func(order *threeflowv1.Order) {
		c.submit(job.Platform, order, &threeflowv1.DocumentView{Document: &threeflowv1.DocumentView_Order{Order: order}})
	}
	submitOrder(c.order(orderKey, "2"))
	payment := c.payment(orderKey)
	c.submit(job.Payments, payment, &threeflowv1.DocumentView{Document: &threeflowv1.DocumentView_Payment{Payment: payment}})
	waybill := c.waybill(waybillKey, orderKey)
	c.submit(job.Carrier, waybill, &threeflowv1.DocumentView{Document: &threeflowv1.DocumentView_Waybill{Waybill: waybill}})
	submitOrder(c.order(key("order", job.Platform, "X"+number), "two"))
	cut := c.follow(waybillKey.GetValue())
	ctx := c.as(context.Background(), job.Platform, threeflowv1.SubjectService_FetchSubject_FullMethodName, nil)
	subject := job.Must(c.subjects.FetchSubject(ctx, &threeflowv1.FetchSubjectRequest{Kind: "consignment", Key: waybillKey}))
	told.Export = subject.GetPortions()[0].GetTracks()["export"]
	fmt.Printf("consignment %s: export %s\n", waybillKey.GetValue(), told.Export)
	told.Finish(sandbox, c.dossier(cut), cut)
}
