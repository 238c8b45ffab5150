// The main job over REST, with what oapi-codegen wrote: an order, a payment and a waybill, then the release.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"threeflow.example/client/api"
	"threeflow.example/client/job"
	"threeflow.example/client/seal"
)

type client struct {
	sandbox *job.Sandbox
	told    *job.Told
	api     *api.ClientWithResponses
}

// as makes a token of a member over the very octets that the request sends.
func (c client) as(member string) api.RequestEditorFn {
	return func(_ context.Context, request *http.Request) error {
		var body []byte
		if request.GetBody != nil {
			reader, err := request.GetBody()
			if err != nil {
				return err
			}
			if body, err = io.ReadAll(reader); err != nil {
				return err
			}
		}
		token, err := c.sandbox.Token(member, request.Method, request.URL.String(), body)
		request.Header.Set("Authorization", "Bearer "+token)
		return err
	}
}

func (c client) header(kind, of, issuer string, key api.Key) api.Header {
	receivers := []string{c.sandbox.Audience}
	if kind == "order" {
		// The payment institution is told of the order: by that its payment joins the order's case.
		receivers = append(receivers, job.Payments)
	}
	return api.Header{
		SpecVersion: "1.0", Type: kind, Kind: &of, Id: job.UUID(), Issuer: issuer, Environment: c.sandbox.Environment,
		IssuedAt: job.Now(), Receivers: &receivers, Subjects: &[]api.SubjectData{{Keys: []api.Key{key}}},
	}
}

// gbp is an amount; every decimal is a text.
func gbp(value string) api.Amount { return api.Amount{Value: value, Currency: "GBP"} }

func to[T any](value T) *T { return &value }

func (c client) order(key api.Key, quantity string) api.Order {
	return api.Order{
		Header: c.header("order", "sale", job.Platform, key), OrderNumber: key.Value, OrderType: "b2c",
		OrderedAt: job.Now(), Currency: "GBP",
		Parties: api.Order_Parties{
			Platform: &api.Party{Name: to("Poyang Lake Market")}, Seller: api.Party{Name: to("Ganjiang Ceramics Co., Ltd.")},
			Buyer: &api.Party{NaturalPerson: to(true), AccountReference: to("u-5f2c91"), Country: to("DE")},
		},
		Items: []api.Item{{
			Sequence: 1, Names: []api.Text{{Lang: "en", Text: "Porcelain tea pot"}},
			HsCode: &api.Code{List: "hs-2022", Code: "691110"}, Quantity: api.Quantity{Value: quantity, Unit: "H87"},
			UnitPrice: to(gbp("24.5")), LineTotal: to(gbp("49")),
		}},
		Totals: api.Order_Totals{GoodsValue: gbp("49"), AmountPaid: gbp("49")},
	}
}

func (c client) payment(order api.Key) api.Payment {
	return api.Payment{
		Header: c.header("payment", "paid", job.Payments, order), PaymentNumber: "P" + job.Fresh(), PaidAt: job.Now(),
		Amount: gbp("49"),
		Parties: api.Payment_Parties{
			PaymentProvider: api.Party{Name: to("Gan Pay")},
			Payer:           &api.Party{NaturalPerson: to(true), AccountReference: to("u-5f2c91")},
		},
		Orders: []api.Payment_Orders{{Order: order, Amount: gbp("49")}},
	}
}

// waybill is one carton; where it goes decides whose customs may act on it.
func (c client) waybill(key, order api.Key) api.Waybill {
	return api.Waybill{
		Header: c.header("waybill", "house", job.Carrier, key), WaybillNumber: key.Value, Orders: &[]api.Key{order},
		Carriage:     &api.Carriage{DispatchCountry: to("CN"), DestinationCountry: to("DE")},
		Packages:     &[]api.Package{{Id: "P1", Type: to("CT")}},
		PackageCount: 1, GrossWeight: api.Mass{Value: "2.1", Unit: api.KGM},
		Parties: api.Waybill_Parties{
			Carrier:   api.Party{Name: to("Gan River Air Express")},
			Consignor: &api.Party{Name: to("Ganjiang Ceramics Co., Ltd.")},
		},
	}
}

// submit seals a typed document's octets and sends them.
func (c client) submit(member string, document any) {
	payload := job.Must(json.Marshal(document))
	var body api.Envelope
	convert(c.sandbox.Seal(member, payload), &body)
	answer := job.Must(c.api.SubmitDocumentWithApplicationJosePlusJSONBodyWithResponse(context.Background(), body, c.as(member)))
	if answer.HTTPResponse.Header.Get("Content-Type") != "application/jose+json" {
		log.Fatalf("refused before the caller was proven: %s", answer.Body)
	}
	var sealed seal.Envelope
	job.Must0(json.Unmarshal(answer.Body, &sealed))
	c.told.Outcome(c.sandbox, payload, sealed)
}

// follow reads the platform's events until the dossier of the waybill was cut.
func (c client) follow(waybill string) string {
	after, deadline := int64(0), time.Now().Add(job.Patience)
	for time.Now().Before(deadline) {
		asked := &api.ListEventsParams{After: &after, Wait: to(10)}
		page := job.Must(c.api.ListEventsWithResponse(context.Background(), asked, c.as(job.Platform)))
		if page.JSON200 == nil {
			log.Fatalf("no events: %s", page.Body)
		}
		for _, event := range page.JSON200.Events {
			after = int64(event.Sequence)
			c.told.Events = append(c.told.Events, event.Document.Type)
			if event.Document.Type == "dossier-head" {
				head := job.Must(c.api.FetchDocumentWithResponse(context.Background(), event.Document.Issuer, event.Document.Id, c.as(job.Platform)))
				var sealed seal.Envelope
				job.Must0(json.Unmarshal(head.Body, &sealed))
				if job.About(job.Must(c.sandbox.Trust.Open(sealed)), waybill) {
					return event.Document.Digest
				}
			}
		}
	}
	log.Fatalf("no dossier within %s", job.Patience)
	return ""
}

func convert(from, into any) { job.Must0(json.Unmarshal(job.Must(json.Marshal(from)), into)) }

func main() {
	log.SetFlags(0)
	sandbox := job.Open(os.Args[1])
	told := &job.Told{Binding: "rest", Receipts: map[string]string{}}
	c := client{sandbox, told, job.Must(api.NewClientWithResponses(sandbox.Endpoint))}
	number := job.Fresh()
	order := api.Key{Scheme: "order", Issuer: job.Platform, Value: "O" + number}
	waybill := api.Key{Scheme: "waybill", Issuer: job.Carrier, Value: "W" + number}
	c.submit(job.Platform, c.order(order, "2"))
	c.submit(job.Payments, c.payment(order))
	c.submit(job.Carrier, c.waybill(waybill, order))
	c.submit(job.Platform, c.order(api.Key{Scheme: "order", Issuer: job.Platform, Value: "X" + number}, "two"))
	cut := c.follow(waybill.Value)
	asked := &api.FetchSubjectParams{Scheme: waybill.Scheme, Issuer: waybill.Issuer, Value: waybill.Value}
	subject := job.Must(c.api.FetchSubjectWithResponse(context.Background(), "consignment", asked, c.as(job.Platform)))
	if subject.JSON200 == nil {
		log.Fatalf("no consignment: %s", subject.Body)
	}
	told.Export = subject.JSON200.Portions[0].Tracks["export"]
	fmt.Printf("consignment %s: export %s\n", waybill.Value, told.Export)
	bundle := job.Must(c.api.FetchDossierWithResponse(context.Background(), cut, c.as(job.Platform)))
	told.Finish(sandbox, bundle.Body, cut)
}
