package example.client;

import com.nimbusds.jose.JOSEException;
import example.threeflow.api.DocumentsApi;
import example.threeflow.api.EventsApi;
import example.threeflow.api.SubjectsApi;
import example.threeflow.invoker.ApiClient;
import example.threeflow.invoker.ApiException;
import example.threeflow.invoker.JSON;
import example.threeflow.model.Amount;
import example.threeflow.model.Carriage;
import example.threeflow.model.Code;
import example.threeflow.model.Envelope;
import example.threeflow.model.Event;
import example.threeflow.model.Header;
import example.threeflow.model.Item;
import example.threeflow.model.Key;
import example.threeflow.model.Mass;
import example.threeflow.model.ModelPackage;
import example.threeflow.model.Order;
import example.threeflow.model.OrderParties;
import example.threeflow.model.OrderTotals;
import example.threeflow.model.Party;
import example.threeflow.model.Payment;
import example.threeflow.model.PaymentOrdersInner;
import example.threeflow.model.PaymentParties;
import example.threeflow.model.Quantity;
import example.threeflow.model.SubjectData;
import example.threeflow.model.Text;
import example.threeflow.model.Waybill;
import example.threeflow.model.WaybillParties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;

/** The main job over REST, with what openapi-generator wrote: an order, a payment and a waybill, then the release. */
public final class Rest {
  private final Sandbox sandbox;
  private final Told told = new Told("rest");

  private Rest(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /** A client that makes a member's token over the very octets of each request. */
  private ApiClient as(String member) {
    Interceptor token = chain -> proven(chain, member);
    Duration patience = Duration.ofSeconds(Sandbox.PATIENCE_SECONDS);
    OkHttpClient http = new OkHttpClient.Builder().addInterceptor(token).readTimeout(patience).build();
    return new ApiClient(http).setBasePath(sandbox.endpoint);
  }

  private Response proven(Interceptor.Chain chain, String member) throws IOException {
    Request request = chain.request();
    Buffer body = new Buffer();
    if (request.body() != null) {
      request.body().writeTo(body);
    }
    try {
      String token =
          sandbox.token(member, request.method(), request.url().toString(), body.readByteArray());
      return chain.proceed(request.newBuilder().header("Authorization", "Bearer " + token).build());
    } catch (JOSEException | ParseException error) {
      throw new IOException(error);
    }
  }

  private Header header(String type, String kind, String issuer, Key key) {
    Header header = new Header()
        .specVersion(Header.SpecVersionEnum._1_0).type(type).kind(kind).id(UUID.randomUUID().toString())
        .issuer(issuer).environment(sandbox.environment).issuedAt(Sandbox.now())
        .addReceiversItem(sandbox.audience).addSubjectsItem(new SubjectData().addKeysItem(key));
    // The payment institution is told of the order: by that its payment joins the order's case.
    return type.equals("order") ? header.addReceiversItem(Sandbox.PAYMENTS) : header;
  }

  /** An amount; every decimal is a text. */
  private static Amount gbp(String value) {
    return new Amount().value(value).currency("GBP");
  }

  private static Key key(String scheme, String issuer, String value) {
    return new Key().scheme(scheme).issuer(issuer).value(value);
  }

  private Order order(Key key, String quantity) {
    Item pots =
        new Item().sequence(1).addNamesItem(new Text().lang("en").text("Porcelain tea pot"))
            .hsCode(new Code()._list("hs-2022").code("691110"))
            .quantity(new Quantity().value(quantity).unit("H87"))
            .unitPrice(gbp("24.5")).lineTotal(gbp("49"));
    OrderParties parties =
        new OrderParties().platform(new Party().name("Poyang Lake Market"))
            .seller(new Party().name("Ganjiang Ceramics Co., Ltd."))
            .buyer(new Party().naturalPerson(true).accountReference("u-5f2c91").country("DE"));
    return new Order()
        .header(header("order", "sale", Sandbox.PLATFORM, key)).orderNumber(key.getValue()).orderType("b2c")
        .orderedAt(Sandbox.now()).currency("GBP").parties(parties).addItemsItem(pots)
        .totals(new OrderTotals().goodsValue(gbp("49")).amountPaid(gbp("49")));
  }

  private Payment payment(Key order) {
    PaymentParties parties =
        new PaymentParties().paymentProvider(new Party().name("Gan Pay"))
            .payer(new Party().naturalPerson(true).accountReference("u-5f2c91"));
    return new Payment()
        .header(header("payment", "paid", Sandbox.PAYMENTS, order)).paymentNumber("P" + Sandbox.fresh())
        .paidAt(Sandbox.now()).parties(parties).amount(gbp("49"))
        .addOrdersItem(new PaymentOrdersInner().order(order).amount(gbp("49")));
  }

  /** One carton; where it goes decides whose customs may act on it. */
  private Waybill waybill(Key key, Key order) {
    WaybillParties parties =
        new WaybillParties().carrier(new Party().name("Gan River Air Express"))
            .consignor(new Party().name("Ganjiang Ceramics Co., Ltd."));
    return new Waybill()
        .header(header("waybill", "house", Sandbox.CARRIER, key)).waybillNumber(key.getValue())
        .addOrdersItem(order).parties(parties)
        .carriage(new Carriage().dispatchCountry("CN").destinationCountry("DE"))
        .addPackagesItem(new ModelPackage().id("P1").type("CT")).packageCount(1)
        .grossWeight(new Mass().value("2.1").unit(Mass.UnitEnum.KGM));
  }

  /** Seal the octets of a typed document and send them. */
  private void submit(String member, Object document) throws Exception {
    byte[] payload = JSON.getGson().toJson(document).getBytes(StandardCharsets.UTF_8);
    Envelope envelope = JSON.getGson().fromJson(sandbox.seal(member, payload), Envelope.class);
    String answer;
    try {
      answer = JSON.getGson().toJson(new DocumentsApi(as(member)).submitDocument(envelope));
    } catch (ApiException refused) {
      String type = String.join("", refused.getResponseHeaders().getOrDefault("content-type", java.util.List.of()));
      if (!type.equals("application/jose+json")) {
        throw refused;
      }
      answer = refused.getResponseBody();
    }
    told.outcome(sandbox, payload, Seal.parse(answer.getBytes(StandardCharsets.UTF_8)));
  }

  /** Read the platform's events until the dossier of the waybill was cut; give its digest. */
  private String follow(String waybill) throws Exception {
    EventsApi events = new EventsApi(as(Sandbox.PLATFORM));
    DocumentsApi documents = new DocumentsApi(as(Sandbox.PLATFORM));
    Instant deadline = Instant.now().plusSeconds(Sandbox.PATIENCE_SECONDS);
    long after = 0;
    while (Instant.now().isBefore(deadline)) {
      for (Event event : events.listEvents(after, 100, 10).getEvents()) {
        after = event.getSequence();
        told.events.add(event.getDocument().getType());
        if (event.getDocument().getType().equals("dossier-head")) {
          Envelope head = documents.fetchDocument(event.getDocument().getIssuer(), event.getDocument().getId());
          String text = JSON.getGson().toJson(head);
          if (Told.about(sandbox.trust.open(Seal.parse(text.getBytes(StandardCharsets.UTF_8))), waybill)) {
            return event.getDocument().getDigest();
          }
        }
      }
    }
    throw new IllegalStateException("no dossier within " + Sandbox.PATIENCE_SECONDS + " s");
  }

  private void run() throws Exception {
    String number = Sandbox.fresh();
    Key order = key("order", Sandbox.PLATFORM, "O" + number);
    Key waybill = key("waybill", Sandbox.CARRIER, "W" + number);
    submit(Sandbox.PLATFORM, order(order, "2"));
    submit(Sandbox.PAYMENTS, payment(order));
    submit(Sandbox.CARRIER, waybill(waybill, order));
    submit(Sandbox.PLATFORM, order(key("order", Sandbox.PLATFORM, "X" + number), "two"));
    String cut = follow(waybill.getValue());
    SubjectsApi subjects = new SubjectsApi(as(Sandbox.PLATFORM));
    told.export =
        subjects
            .fetchSubject("consignment", waybill.getScheme(), waybill.getIssuer(), waybill.getValue(), null, null)
            .getPortions().get(0).getTracks().get("export");
    System.out.printf("consignment %s: export %s%n", waybill.getValue(), told.export);
    // The call of okhttp rather than the model: a dossier is kept as the octets that came.
    try (Response answer = subjects.fetchDossierCall(cut, null).execute()) {
      told.finish(sandbox, answer.body().bytes(), cut);
    }
  }

  public static void main(String[] arguments) throws Exception {
    new Rest(new Sandbox(Path.of(arguments[0]))).run();
    // okhttp keeps its threads for a minute.
    System.exit(0);
  }
}
