// Check the release of a dossier offline: verify DOSSIER TRUST
package main

import (
	"fmt"
	"log"
	"os"

	"threeflow.example/client/seal"
)

func main() {
	log.SetFlags(0)
	dossier, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	trust, err := seal.Load(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	release, err := trust.ReleaseOf(dossier, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("release %s sealed by %s\n", release.ReleaseNumber, release.Header.Issuer)
}
