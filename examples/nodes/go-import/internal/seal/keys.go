// Package seal makes and verifies envelopes, seals and caller tokens (pages *Envelope and seal* and *Caller token*).
package seal

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"filippo.io/edwards25519"

	"threeflow.example/goimport/internal/octets"
)

// Key is a public key as a trust list gives it.
type Key struct {
	Kid, Use, Alg string
	JWK           map[string]any
	ed            ed25519.PublicKey
	ec            *ecdsa.PublicKey
}

// ReadKey reads a key and refuses one that is not fit (TF-SEAL-14).
func ReadKey(kid, use, alg string, jwk map[string]any) (*Key, error) {
	key := &Key{Kid: kid, Use: use, Alg: alg, JWK: jwk}
	crv, _ := jwk["crv"].(string)
	x, err := coordinate(jwk, "x")
	if err != nil {
		return nil, err
	}
	switch alg + " " + crv {
	case "Ed25519 Ed25519":
		if len(jwk) != 3 || jwk["kty"] != "OKP" {
			return nil, errors.New("an Ed25519 key consists of crv, kty and x")
		}
		key.ed = x
		return key, fitEd25519(x)
	case "ES256 P-256":
		y, err := coordinate(jwk, "y")
		if err != nil || len(jwk) != 4 || jwk["kty"] != "EC" {
			return nil, errors.New("a P-256 key consists of crv, kty, x and y")
		}
		if _, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, x...), y...)); err != nil {
			return nil, errors.New("the point is not on P-256")
		}
		key.ec = &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y)}
		return key, nil
	}
	return nil, fmt.Errorf("a key of %s cannot serve %s", crv, alg)
}

func coordinate(jwk map[string]any, name string) ([]byte, error) {
	text, _ := jwk[name].(string)
	found, err := octets.Decode(text)
	if err != nil || len(found) != 32 {
		return nil, fmt.Errorf("the coordinate %s has not 32 octets", name)
	}
	return found, nil
}

// fitEd25519 wants a canonical encoding of a point that is not of small order.
func fitEd25519(x []byte) error {
	point, err := new(edwards25519.Point).SetBytes(x)
	if err != nil || !bytes.Equal(point.Bytes(), x) {
		return errors.New("the Ed25519 key is no canonical point of the curve")
	}
	if new(edwards25519.Point).MultByCofactor(point).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return errors.New("the Ed25519 key is of small order")
	}
	return nil
}

// Verifies says whether a signature of 64 octets fits a message.
func (k *Key) Verifies(message, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	if k.ed != nil {
		return ed25519.Verify(k.ed, message, signature)
	}
	sum := sha256.Sum256(message)
	// ecdsa.Verify refuses an R or S that is not in 1 to n−1.
	return ecdsa.Verify(k.ec, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

// Thumbprint is the RFC 7638 thumbprint of a key, written as a digest.
func Thumbprint(jwk map[string]any) string {
	text := fmt.Sprintf(`{"crv":"%v","kty":"%v","x":"%v"`, jwk["crv"], jwk["kty"], jwk["x"])
	if y, ok := jwk["y"]; ok {
		text += fmt.Sprintf(`,"y":"%v"`, y)
	}
	return octets.Digest([]byte(text + "}"))
}

// Signer is a private key of the node.
type Signer struct {
	Kid, Alg string
	private  crypto.Signer
}

// ReadSigner reads a key file: `kid`, `alg` and a private `jwk`.
func ReadSigner(text []byte) (*Signer, error) {
	said, err := octets.ParseObject(text)
	if err != nil {
		return nil, err
	}
	jwk, _ := said["jwk"].(map[string]any)
	kid, _ := said["kid"].(string)
	alg, _ := said["alg"].(string)
	secret, err := coordinate(jwk, "d")
	if err != nil || kid == "" {
		return nil, errors.New("not a private key")
	}
	switch alg {
	case "Ed25519":
		return &Signer{kid, alg, ed25519.NewKeyFromSeed(secret)}, nil
	case "ES256":
		made, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
		return &Signer{kid, alg, made}, err
	}
	return nil, fmt.Errorf("no algorithm is called %q", alg)
}

// Sign gives the 64 octets of a signature.
func (s *Signer) Sign(message []byte) ([]byte, error) {
	if key, ok := s.private.(ed25519.PrivateKey); ok {
		return ed25519.Sign(key, message), nil
	}
	sum := sha256.Sum256(message)
	r, v, err := ecdsa.Sign(rand.Reader, s.private.(*ecdsa.PrivateKey), sum[:])
	if err != nil {
		return nil, err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	v.FillBytes(signature[32:])
	return signature, nil
}
