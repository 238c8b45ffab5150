package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"threeflow.example/goimport/internal/octets"
	"threeflow.example/goimport/internal/refuse"
)

const (
	skew       = 60 * time.Second
	longestTTL = 300
)

// Request is what a caller token has to be made for.
type Request struct {
	Node, Environment, Method, URI string
	Body                           []byte
	HasBody                        bool
}

// Caller is who made a request, proven.
type Caller struct {
	Node, JTI, Kid, Digest string
	Until                  time.Time
}

func badToken(requirement, detail string) error {
	return refuse.As("token-malformed", requirement, "%s", detail)
}

// ReadToken proves the caller of a request at a moment (TF-TOKEN-1 to 11 and 13); whether the key is still good and
// the token new is for the caller of this function.
func ReadToken(text string, of Request, keys Lookup, now time.Time) (*Caller, error) {
	segments := strings.Split(text, ".")
	if len(text) > 4096 || len(segments) != 3 {
		return nil, badToken("TF-TOKEN-1", "a token has three segments, in at most 4,096 characters")
	}
	var read [3][]byte
	for index, each := range segments {
		var err error
		if read[index], err = octets.Decode(each); err != nil || (each == "" && index < 2) {
			return nil, badToken("TF-TOKEN-1", "a segment of the token is no canonical base64url")
		}
	}
	alg, kid, err := ReadHeader(segments[0], read[0], TokenTyp, "token-malformed", "TF-TOKEN-2", "TF-TOKEN-2")
	if err != nil {
		return nil, err
	}
	claims, err := readClaims(read[1])
	if err != nil {
		return nil, err
	}
	key := keys(kid)
	switch {
	case key == nil:
		return nil, refuse.As("caller-unknown", "TF-TOKEN-10", "no trust list names %s", kid)
	case key.Use != "token":
		return nil, refuse.As("key-use", "TF-TOKEN-9", "%s is listed for another use", kid)
	case key.Alg != alg:
		return nil, refuse.As("unsupported-algorithm", "TF-SEAL-6", "%s is listed for %s", kid, key.Alg)
	case !key.Verifies([]byte(segments[0]+"."+segments[1]), read[2]):
		return nil, refuse.As("token-signature", "TF-TOKEN-11", "the signature of the token does not verify")
	case NodeOf(kid) != claims.Iss:
		return nil, refuse.As("token-binding", "TF-TOKEN-9", "%s is no key of %s", kid, claims.Iss)
	}
	if err := claims.fits(of, now); err != nil {
		return nil, err
	}
	return &Caller{claims.Iss, claims.Jti, kid, claims.Dig, time.Unix(claims.Exp, 0).Add(skew)}, nil
}

type claims struct {
	Iss, Aud, Env, Htm, Htu, Jti, Dig string
	Iat, Exp                          int64
	hasDig                            bool
}

func readClaims(text []byte) (*claims, error) {
	object, err := octets.ParseObject(text)
	if err != nil {
		return nil, badToken("TF-TOKEN-3", "the claims are no strict JSON object: "+err.Error())
	}
	made := &claims{}
	texts := map[string]*string{
		"iss": &made.Iss, "aud": &made.Aud, "env": &made.Env, "htm": &made.Htm, "htu": &made.Htu, "jti": &made.Jti,
		"dig": &made.Dig,
	}
	for name, raw := range object {
		switch value := raw.(type) {
		case string:
			if texts[name] == nil {
				return nil, badToken("TF-TOKEN-3", "the claim "+name+" is not known")
			}
			*texts[name] = value
			made.hasDig = made.hasDig || name == "dig"
		case int64:
			switch name {
			case "iat":
				made.Iat = value
			case "exp":
				made.Exp = value
			default:
				return nil, badToken("TF-TOKEN-3", "the claim "+name+" is not known as a number")
			}
		default:
			return nil, badToken("TF-TOKEN-3", "the claim "+name+" is neither text nor number")
		}
	}
	for _, name := range []string{"iss", "aud", "env", "htm", "htu", "iat", "exp", "jti"} {
		if _, there := object[name]; !there {
			return nil, badToken("TF-TOKEN-3", "the claim "+name+" is missing")
		}
	}
	if made.Jti == "" || len(made.Jti) > 64 || made.Iat < 0 || (made.hasDig && !octets.IsDigest(made.Dig)) {
		return nil, badToken("TF-TOKEN-3", "jti, iat or dig is not of its form")
	}
	if life := made.Exp - made.Iat; life <= 0 || life > longestTTL {
		return nil, badToken("TF-TOKEN-4", "a token lives more than 0 and at most 300 s")
	}
	return made, nil
}

func (c *claims) fits(of Request, now time.Time) error {
	switch {
	case c.Aud != of.Node:
		return refuse.As("token-audience", "TF-TOKEN-5", "the token is for %s", c.Aud)
	case c.Env != of.Environment:
		return refuse.As("wrong-environment", "TF-TOKEN-13", "the token is of %s", c.Env)
	case c.Htm != of.Method || c.Htu != of.URI:
		return refuse.As("token-binding", "TF-TOKEN-6", "the token is for %s %s", c.Htm, c.Htu)
	case c.hasDig != of.HasBody:
		return refuse.As("token-binding", "TF-TOKEN-7", "a dig stands exactly where there is a body")
	case c.hasDig && c.Dig != octets.Digest(of.Body):
		return refuse.As("token-binding", "TF-TOKEN-7", "the token is for another body")
	case now.Before(time.Unix(c.Iat, 0).Add(-skew)):
		return refuse.As("token-not-yet-valid", "TF-TOKEN-8", "the token is of the future")
	case now.After(time.Unix(c.Exp, 0).Add(skew)):
		return refuse.As("token-expired", "TF-TOKEN-8", "the token has expired")
	}
	return nil
}

// Token makes the token for one request.
func (s *Signer) Token(issuer string, of Request, now time.Time) (string, error) {
	jti := make([]byte, 16)
	if _, err := rand.Read(jti); err != nil {
		return "", err
	}
	said := map[string]any{
		"iss": issuer, "aud": of.Node, "env": of.Environment, "htm": of.Method, "htu": of.URI,
		"iat": now.Unix(), "exp": now.Unix() + longestTTL, "jti": octets.Encode(jti),
	}
	if of.HasBody {
		said["dig"] = octets.Digest(of.Body)
	}
	var text bytes.Buffer
	writer := json.NewEncoder(&text)
	writer.SetEscapeHTML(false)
	if err := writer.Encode(said); err != nil {
		return "", err
	}
	message := s.protected(TokenTyp) + "." + octets.Encode(bytes.TrimSpace(text.Bytes()))
	signature, err := s.Sign([]byte(message))
	return message + "." + octets.Encode(signature), err
}
