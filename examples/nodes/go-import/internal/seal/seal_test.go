package seal

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
)

const vectors = "../../../../../spec/threeflow_spec/v1/vectors"

func read(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(vectors, name))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type testKey struct {
	Kid, Use, Alg string
	JWK           map[string]any
}

func public(jwk map[string]any) map[string]any {
	found := maps.Clone(jwk)
	delete(found, "d")
	return found
}

func lookup(t *testing.T, listed []testKey) Lookup {
	t.Helper()
	held := map[string]*Key{}
	for _, each := range listed {
		key, err := ReadKey(each.Kid, each.Use, each.Alg, public(each.JWK))
		if err != nil {
			t.Fatal(err)
		}
		held[each.Kid] = key
	}
	return func(kid string) *Key { return held[kid] }
}

func judge(t *testing.T, name, verdict, requirement string, err error) {
	t.Helper()
	said := "ok"
	var refused *refuse.Refusal
	if errors.As(err, &refused) {
		said = refused.Code
	} else if err != nil {
		said = err.Error()
	}
	if said != verdict {
		t.Errorf("%s (%s): %s, not %s: %v", name, requirement, said, verdict, err)
	}
}

func TestEveryVectorOfSeals(t *testing.T) {
	var file struct {
		TestKeys []testKey
		Issuer   string
		Cases    []struct {
			Name, Requirement, Verdict, Envelope string
			Required                             []string
		}
	}
	read(t, "seal/cases.json", &file)
	keys := lookup(t, file.TestKeys)
	for _, each := range file.Cases {
		envelope, err := ReadEnvelope([]byte(each.Envelope))
		if err == nil {
			err = envelope.Verify(keys, file.Issuer)
		}
		if err == nil {
			err = envelope.Missing(each.Required)
		}
		judge(t, each.Name, each.Verdict, each.Requirement, err)
	}
}

func TestNoKeyThatIsNotFitIsRead(t *testing.T) {
	var file struct {
		Cases []struct {
			Name, Alg string
			JWK       map[string]any
		}
	}
	read(t, "seal/keys.json", &file)
	for _, each := range file.Cases {
		if _, err := ReadKey("xa.node#key-1", "seal", each.Alg, each.JWK); err == nil {
			t.Errorf("%s: read", each.Name)
		}
	}
}

func TestEveryVectorOfTokens(t *testing.T) {
	var file struct {
		TestKeys []testKey
		Request  struct {
			Aud, Environment, Method, URI, Body string
			Now                                 time.Time
		}
		Cases []struct{ Name, Requirement, Verdict, Token string }
	}
	read(t, "token/cases.json", &file)
	keys := lookup(t, file.TestKeys)
	of := Request{file.Request.Aud, file.Request.Environment, file.Request.Method, file.Request.URI,
		[]byte(file.Request.Body), true}
	for _, each := range file.Cases {
		_, err := ReadToken(each.Token, of, keys, file.Request.Now)
		judge(t, each.Name, each.Verdict, each.Requirement, err)
	}
}

func TestOwnSealsAndTokensVerify(t *testing.T) {
	var file struct{ TestKeys []testKey }
	read(t, "seal/cases.json", &file)
	for _, each := range file.TestKeys[:2] {
		raw, _ := json.Marshal(map[string]any{"kid": each.Kid, "alg": each.Alg, "jwk": each.JWK})
		signer, err := ReadSigner(raw)
		if err != nil {
			t.Fatal(err)
		}
		key, err := ReadKey(each.Kid, "seal", each.Alg, public(each.JWK))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := signer.Seal([]byte(`{"a":1}`))
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := ReadEnvelope(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if err := envelope.Verify(func(string) *Key { return key }, NodeOf(each.Kid)); err != nil {
			t.Error(err)
		}
		if octets.Digest(envelope.Payload) != octets.Digest([]byte(`{"a":1}`)) {
			t.Error("the payload changed")
		}
	}
}
