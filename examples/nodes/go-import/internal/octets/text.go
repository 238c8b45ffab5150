package octets

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
)

var strictURL = base64.RawURLEncoding.Strict()

// Decode reads canonical base64url (TF-CONV-10).
func Decode(text string) ([]byte, error) {
	// The decoder of the standard library passes over line ends.
	if strings.ContainsAny(text, "\r\n") {
		return nil, &Error{"TF-CONV-10", "white space in base64url"}
	}
	found, err := strictURL.DecodeString(text)
	if err != nil {
		return nil, &Error{"TF-CONV-10", "not canonical base64url"}
	}
	return found, nil
}

// Encode writes base64url.
func Encode(octets []byte) string { return strictURL.EncodeToString(octets) }

// Digest writes SHA-256 over octets as TF-CONV-9 asks.
func Digest(octets []byte) string {
	sum := sha256.Sum256(octets)
	return WriteDigest(sum[:])
}

// WriteDigest writes the 32 octets of a hash.
func WriteDigest(sum []byte) string { return "sha-256:" + hex.EncodeToString(sum) }

var digestForm = regexp.MustCompile(`^sha-256:[0-9a-f]{64}$`)

// IsDigest says whether a text is a digest.
func IsDigest(text string) bool { return digestForm.MatchString(text) }

// ReadDigest gives the 32 octets of a digest, or nil.
func ReadDigest(text string) []byte {
	if !IsDigest(text) {
		return nil
	}
	found, _ := hex.DecodeString(text[len("sha-256:"):])
	return found
}
