// Package seal is the hand-written half of a Threeflow client, with go-jose: seals, caller tokens, and the check of
// a release.
package seal

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	docType   = "threeflow-doc+jws"
	tokenType = "threeflow-token+jwt"
	// go-jose knows Ed25519 by the name EdDSA alone, which the standard refuses.
	algorithm    = jose.ES256
	tokenSeconds = 120
)

// ErrNotTrusted says that a seal, a key or a digest is not what it should be.
var ErrNotTrusted = errors.New("not trusted")

// Key is a key file: a private key and its name.
type Key struct {
	Kid string          `json:"kid"`
	Alg string          `json:"alg"`
	Use string          `json:"use"`
	JWK json.RawMessage `json:"jwk"`
}

// Signature is one seal of an envelope.
type Signature struct {
	Protected string `json:"protected"`
	Signature string `json:"signature"`
}

// Envelope is a sealed document: JWS JSON General with nothing else in it (TF-SEAL-1).
type Envelope struct {
	Payload    string      `json:"payload"`
	Signatures []Signature `json:"signatures"`
	Parts      []string    `json:"parts,omitempty"`
}

// Digest writes a digest as the standard does (TF-CONV-9).
func Digest(octets []byte) string {
	sum := sha256.Sum256(octets)
	return "sha-256:" + hex.EncodeToString(sum[:])
}

func notTrusted(format string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrNotTrusted, fmt.Sprintf(format, values...))
}

// compact signs a payload; the header is exactly alg, kid and typ (TF-SEAL-3).
func (k Key) compact(typ string, payload []byte) (string, error) {
	if k.Alg != string(algorithm) {
		return "", fmt.Errorf("this client signs by %s, the key %s is for %s", algorithm, k.Kid, k.Alg)
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(k.JWK, &jwk); err != nil {
		return "", err
	}
	jwk.KeyID = k.Kid
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jwk}, options)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Seal puts a document's octets into an envelope with one seal.
func (k Key) Seal(payload []byte) (Envelope, error) {
	compact, err := k.compact(docType, payload)
	if err != nil {
		return Envelope{}, err
	}
	piece := strings.Split(compact, ".")
	return Envelope{Payload: piece[1], Signatures: []Signature{{Protected: piece[0], Signature: piece[2]}}}, nil
}

// Token makes the caller token of one request (TF-TOKEN); bound is the body over REST, over gRPC the envelope.
func (k Key) Token(aud, env, method, uri string, bound []byte) (string, error) {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": node(k.Kid), "aud": aud, "env": env, "htm": method, "htu": uri,
		"iat": now, "exp": now + tokenSeconds, "jti": rand.Text(),
	}
	if len(bound) > 0 {
		claims["dig"] = Digest(bound)
	}
	octets, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return k.compact(tokenType, octets)
}

func node(kid string) string {
	name, _, _ := strings.Cut(kid, "#")
	return name
}

// Trust holds the seal keys of a trust file by kid.
type Trust map[string]Key

// Load reads a trust file and checks its newest list. The file's fingerprint was agreed on out of band.
func Load(path string) (Trust, error) {
	octets, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Anchor string     `json:"anchor"`
		Lists  []Envelope `json:"lists"`
	}
	if err := json.Unmarshal(octets, &file); err != nil {
		return nil, err
	}
	newest := file.Lists[len(file.Lists)-1]
	payload, err := decode(newest.Payload)
	if err != nil {
		return nil, err
	}
	var list struct {
		Anchor Key `json:"anchor"`
		Nodes  []struct {
			Keys []Key `json:"keys"`
		} `json:"nodes"`
	}
	if err := json.Unmarshal(payload, &list); err != nil {
		return nil, err
	}
	var anchor jose.JSONWebKey
	if err := json.Unmarshal(list.Anchor.JWK, &anchor); err != nil {
		return nil, err
	}
	print, err := anchor.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	if "sha-256:"+hex.EncodeToString(print) != file.Anchor {
		return nil, notTrusted("the list's anchor has another fingerprint than the trust file")
	}
	if _, err := (Trust{list.Anchor.Kid: list.Anchor}).Open(newest); err != nil {
		return nil, err
	}
	trust := Trust{}
	for _, each := range list.Nodes {
		for _, key := range each.Keys {
			if key.Use == "seal" {
				trust[key.Kid] = key
			}
		}
	}
	return trust, nil
}

// Open gives the payload's octets once every seal verified under the listed key of its kid.
func (t Trust) Open(envelope Envelope) ([]byte, error) {
	payload, err := decode(envelope.Payload)
	if err != nil {
		return nil, err
	}
	var said struct {
		Header struct {
			Issuer string `json:"issuer"`
		} `json:"header"`
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return nil, err
	}
	if len(envelope.Signatures) == 0 {
		return nil, notTrusted("the envelope has no seal")
	}
	for _, each := range envelope.Signatures {
		kid, err := t.check(each, envelope.Payload)
		if err != nil {
			return nil, err
		}
		if node(kid) != said.Header.Issuer {
			return nil, notTrusted("sealed by %s, not by its issuer %s", kid, said.Header.Issuer)
		}
	}
	return payload, nil
}

func (t Trust) check(seal Signature, payload string) (string, error) {
	octets, err := decode(seal.Protected)
	if err != nil {
		return "", err
	}
	header := map[string]string{}
	if err := json.Unmarshal(octets, &header); err != nil {
		return "", notTrusted("a header that is no object of texts: %v", err)
	}
	kid, alg := header["kid"], header["alg"]
	if len(header) != 3 || kid == "" || alg == "" || header["typ"] != docType {
		return "", notTrusted("not the header of a seal: %s", octets)
	}
	key, listed := t[kid]
	if !listed {
		return "", notTrusted("the trust list has no seal key %s", kid)
	}
	if key.Alg != alg {
		return "", notTrusted("%s is listed for %s, the seal says %s", kid, key.Alg, alg)
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(key.JWK, &jwk); err != nil {
		return "", err
	}
	compact := seal.Protected + "." + payload + "." + seal.Signature
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{algorithm})
	if err != nil {
		return "", notTrusted("the seal of %s: %v", kid, err)
	}
	if _, err := signed.Verify(jwk); err != nil {
		return "", notTrusted("the seal of %s does not verify: %v", kid, err)
	}
	return kid, nil
}

// Release is what is read of a release.
type Release struct {
	Header struct {
		Type   string `json:"type"`
		Issuer string `json:"issuer"`
	} `json:"header"`
	ReleaseNumber string `json:"releaseNumber"`
}

// ReleaseOf gives the release of a dossier once its seal and the head's verified and the head names its digest;
// wanted, unless empty, is the digest under which the dossier was asked for. What else there is to check is checked
// by `threeflow verify`, and listed in the guide.
func (t Trust) ReleaseOf(dossier []byte, wanted string) (Release, error) {
	var bundle struct {
		Head      Envelope `json:"head"`
		Documents []struct {
			Document Envelope `json:"document"`
		} `json:"documents"`
	}
	if err := json.Unmarshal(dossier, &bundle); err != nil {
		return Release{}, err
	}
	octets, err := t.Open(bundle.Head)
	if err != nil {
		return Release{}, err
	}
	if wanted != "" && Digest(octets) != wanted {
		return Release{}, notTrusted("asked for the dossier %s, got %s", wanted, Digest(octets))
	}
	var head struct {
		Documents []struct {
			Type   string `json:"type"`
			Digest string `json:"digest"`
		} `json:"documents"`
	}
	if err := json.Unmarshal(octets, &head); err != nil {
		return Release{}, err
	}
	named := map[string]bool{}
	for _, each := range head.Documents {
		named[each.Digest] = each.Type == "release"
	}
	for _, each := range bundle.Documents {
		payload, err := decode(each.Document.Payload)
		if err != nil {
			return Release{}, err
		}
		var release Release
		if err := json.Unmarshal(payload, &release); err != nil {
			return Release{}, err
		}
		if release.Header.Type == "release" {
			if !named[Digest(payload)] {
				return Release{}, notTrusted("the head does not name this release")
			}
			_, err := t.Open(each.Document)
			return release, err
		}
	}
	return Release{}, notTrusted("the dossier has no release")
}

func decode(text string) ([]byte, error) {
	octets, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, notTrusted("no base64url: %v", err)
	}
	return octets, nil
}
