package example.client;

import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import example.threeflow.v1.Amount;
import example.threeflow.v1.Carriage;
import example.threeflow.v1.Code;
import example.threeflow.v1.DocumentServiceGrpc;
import example.threeflow.v1.DocumentView;
import example.threeflow.v1.EventServiceGrpc;
import example.threeflow.v1.FetchDocumentRequest;
import example.threeflow.v1.FetchDossierRequest;
import example.threeflow.v1.FetchSubjectRequest;
import example.threeflow.v1.Header;
import example.threeflow.v1.Item;
import example.threeflow.v1.Key;
import example.threeflow.v1.ListEventsRequest;
import example.threeflow.v1.ListEventsResponse;
import example.threeflow.v1.Mass;
import example.threeflow.v1.Order;
import example.threeflow.v1.Party;
import example.threeflow.v1.Payment;
import example.threeflow.v1.Quantity;
import example.threeflow.v1.Reference;
import example.threeflow.v1.RefusalDetail;
import example.threeflow.v1.Subject;
import example.threeflow.v1.SubjectServiceGrpc;
import example.threeflow.v1.SubmitDocumentRequest;
import example.threeflow.v1.Text;
import example.threeflow.v1.Waybill;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The main job over gRPC, with what grpc-java wrote: an order, a payment and a waybill, then the release. */
public final class Grpc {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private final Sandbox sandbox;
  private final Told told = new Told("grpc");
  private final ManagedChannel channel;

  private Grpc(Sandbox sandbox) {
    this.sandbox = sandbox;
    this.channel = ManagedChannelBuilder.forTarget(sandbox.grpc).usePlaintext().build();
  }

  /** A stub that proves a member for one method; the token binds the envelope where one is sent. */
  private <S extends AbstractStub<S>> S as(
      S stub, String member, MethodDescriptor<?, ?> method, byte[] envelope) throws Exception {
    Metadata metadata = new Metadata();
    String uri = "/" + method.getFullMethodName();
    metadata.put(AUTHORIZATION, "Bearer " + sandbox.token(member, "POST", uri, envelope));
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(Sandbox.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private Header header(String type, String kind, String issuer, Key key) {
    Header.Builder header = Header.newBuilder()
        .setSpecVersion("1.0").setType(type).setKind(kind).setId(UUID.randomUUID().toString())
        .setIssuer(issuer).setEnvironment(sandbox.environment).setIssuedAt(Sandbox.now())
        .addReceivers(sandbox.audience).addSubjects(Subject.newBuilder().addKeys(key));
    // The payment institution is told of the order: by that its payment joins the order's case.
    return (type.equals("order") ? header.addReceivers(Sandbox.PAYMENTS) : header).build();
  }

  private static Key key(String scheme, String issuer, String value) {
    return Key.newBuilder().setScheme(scheme).setIssuer(issuer).setValue(value).build();
  }

  /** An amount; every decimal is a text. */
  private static Amount gbp(String value) {
    return Amount.newBuilder().setValue(value).setCurrency("GBP").build();
  }

  private static Party party(String name) {
    return Party.newBuilder().setName(name).build();
  }

  private static Party buyer() {
    return Party.newBuilder().setNaturalPerson(true).setAccountReference("u-5f2c91").setCountry("DE").build();
  }

  private Order order(Key key, String quantity) {
    Item pots =
        Item.newBuilder().setSequence(1).addNames(Text.newBuilder().setLang("en").setText("Porcelain tea pot"))
            .setHsCode(Code.newBuilder().setList("hs-2022").setCode("691110"))
            .setQuantity(Quantity.newBuilder().setValue(quantity).setUnit("H87"))
            .setUnitPrice(gbp("24.5")).setLineTotal(gbp("49")).build();
    Order.OrderParties parties =
        Order.OrderParties.newBuilder().setPlatform(party("Poyang Lake Market"))
            .setSeller(party("Ganjiang Ceramics Co., Ltd.")).setBuyer(buyer()).build();
    return Order.newBuilder()
        .setHeader(header("order", "sale", Sandbox.PLATFORM, key)).setOrderNumber(key.getValue())
        .setOrderType("b2c").setOrderedAt(Sandbox.now()).setCurrency("GBP").setParties(parties).addItems(pots)
        .setTotals(Order.Totals.newBuilder().setGoodsValue(gbp("49")).setAmountPaid(gbp("49"))).build();
  }

  private Payment payment(Key order) {
    Payment.PaymentParties parties =
        Payment.PaymentParties.newBuilder().setPaymentProvider(party("Gan Pay")).setPayer(buyer()).build();
    return Payment.newBuilder()
        .setHeader(header("payment", "paid", Sandbox.PAYMENTS, order)).setPaymentNumber("P" + Sandbox.fresh())
        .setPaidAt(Sandbox.now()).setParties(parties).setAmount(gbp("49"))
        .addOrders(Payment.PaymentShare.newBuilder().setOrder(order).setAmount(gbp("49"))).build();
  }

  /** One carton; where it goes decides whose customs may act on it. */
  private Waybill waybill(Key key, Key order) {
    Waybill.WaybillParties parties =
        Waybill.WaybillParties.newBuilder().setCarrier(party("Gan River Air Express"))
            .setConsignor(party("Ganjiang Ceramics Co., Ltd.")).build();
    return Waybill.newBuilder()
        .setHeader(header("waybill", "house", Sandbox.CARRIER, key)).setWaybillNumber(key.getValue())
        .addOrders(order).setParties(parties)
        .setCarriage(Carriage.newBuilder().setDispatchCountry("CN").setDestinationCountry("DE"))
        .addPackages(example.threeflow.v1.Package.newBuilder().setId("P1").setType("CT")).setPackageCount(1)
        .setGrossWeight(Mass.newBuilder().setValue("2.1").setUnit("KGM")).build();
  }

  /** Seal the octets of a typed document and send them beside its view. */
  private void submit(String member, MessageOrBuilder document, DocumentView.Builder view) throws Exception {
    byte[] payload = JsonFormat.printer().print(document).getBytes(StandardCharsets.UTF_8);
    byte[] envelope = Seal.octets(sandbox.seal(member, payload));
    SubmitDocumentRequest request =
        SubmitDocumentRequest.newBuilder().setEnvelope(ByteString.copyFrom(envelope)).setView(view).build();
    ByteString sealed;
    try {
      sealed =
          as(DocumentServiceGrpc.newBlockingStub(channel), member,
                  DocumentServiceGrpc.getSubmitDocumentMethod(), envelope)
              .submitDocument(request).getReceipt();
    } catch (StatusRuntimeException error) {
      sealed = refusal(error);
    }
    told.outcome(sandbox, payload, Seal.parse(sealed.toByteArray()));
  }

  /** Give the sealed refusal in the details of a status. */
  private static ByteString refusal(StatusRuntimeException error) throws Exception {
    for (Any each : StatusProto.fromThrowable(error).getDetailsList()) {
      if (each.is(RefusalDetail.class) && each.unpack(RefusalDetail.class).hasEnvelope()) {
        return each.unpack(RefusalDetail.class).getEnvelope();
      }
    }
    throw error;
  }

  /** Read the platform's events until the dossier of the waybill was cut; give its digest. */
  private String follow(String waybill) throws Exception {
    Iterator<ListEventsResponse> events =
        as(EventServiceGrpc.newBlockingStub(channel), Sandbox.PLATFORM,
                EventServiceGrpc.getListEventsMethod(), new byte[0])
            .listEvents(ListEventsRequest.getDefaultInstance());
    while (events.hasNext()) {
      Reference document = events.next().getEvent().getDocument();
      told.events.add(document.getType());
      if (document.getType().equals("dossier-head")) {
        FetchDocumentRequest asked =
            FetchDocumentRequest.newBuilder().setIssuer(document.getIssuer()).setId(document.getId()).build();
        ByteString head =
            as(DocumentServiceGrpc.newBlockingStub(channel), Sandbox.PLATFORM,
                    DocumentServiceGrpc.getFetchDocumentMethod(), new byte[0])
                .fetchDocument(asked).getEnvelope();
        JsonObject sealed = Seal.parse(head.toByteArray());
        if (Told.about(sandbox.trust.open(sealed), waybill)) {
          return document.getDigest();
        }
      }
    }
    throw new IllegalStateException("the stream of events ended without a dossier");
  }

  private void run() throws Exception {
    String number = Sandbox.fresh();
    Key orderKey = key("order", Sandbox.PLATFORM, "O" + number);
    Key waybillKey = key("waybill", Sandbox.CARRIER, "W" + number);
    Order order = order(orderKey, "2");
    Payment payment = payment(orderKey);
    Waybill waybill = waybill(waybillKey, orderKey);
    Order bad = order(key("order", Sandbox.PLATFORM, "X" + number), "two");
    submit(Sandbox.PLATFORM, order, DocumentView.newBuilder().setOrder(order));
    submit(Sandbox.PAYMENTS, payment, DocumentView.newBuilder().setPayment(payment));
    submit(Sandbox.CARRIER, waybill, DocumentView.newBuilder().setWaybill(waybill));
    submit(Sandbox.PLATFORM, bad, DocumentView.newBuilder().setOrder(bad));
    String cut = follow(waybillKey.getValue());
    FetchSubjectRequest asked =
        FetchSubjectRequest.newBuilder().setKind("consignment").setKey(waybillKey).build();
    told.export =
        as(SubjectServiceGrpc.newBlockingStub(channel), Sandbox.PLATFORM,
                SubjectServiceGrpc.getFetchSubjectMethod(), new byte[0])
            .fetchSubject(asked).getPortions(0).getTracksOrThrow("export");
    System.out.printf("consignment %s: export %s%n", waybillKey.getValue(), told.export);
    ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    as(SubjectServiceGrpc.newBlockingStub(channel), Sandbox.PLATFORM,
            SubjectServiceGrpc.getFetchDossierMethod(), new byte[0])
        .fetchDossier(FetchDossierRequest.newBuilder().setDigest(cut).build())
        .forEachRemaining(each -> bundle.writeBytes(each.getPiece().toByteArray()));
    told.finish(sandbox, bundle.toByteArray(), cut);
    channel.shutdownNow();
  }

  public static void main(String[] arguments) throws Exception {
    new Grpc(new Sandbox(Path.of(arguments[0]))).run();
  }
}
