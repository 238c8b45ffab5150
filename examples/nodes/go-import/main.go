// A customs node of the Threeflow standard at the import position, certified by threeflow-conformance.
//
//	go-import serve FOLDER        FOLDER holds node.json, keys/ and trust/, as `threeflow-conformance prepare` writes it
//	go-import keep FOLDER         serve in a child; SIGHUP ends it without warning and starts it anew
//	go-import take-list FILE      judge a trust file as the node does: exit code 0 taken, 1 refused
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"threeflow.example/goimport/internal/node"
	"threeflow.example/goimport/internal/standard"
	"threeflow.example/goimport/internal/trust"
)

func main() {
	root := flag.String("standard", "../../../spec/threeflow_spec/v1", "folder of the standard's machine half")
	environment := flag.String("environment", "sandbox", "take-list: environment of the trust file")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go-import [-standard FOLDER] serve FOLDER | keep FOLDER | take-list FILE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	var err error
	code := 2
	switch flag.Arg(0) {
	case "serve":
		err = serve(flag.Arg(1), *root)
	case "keep":
		err = keep(flag.Arg(1), *root)
	case "take-list":
		code, err = 1, takeList(flag.Arg(1), *root, *environment)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(code)
	}
}

func serve(folder, root string) error {
	made, err := node.Open(folder, root)
	if err != nil {
		return err
	}
	at, err := url.Parse(made.Endpoint)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: at.Host, Handler: made, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err = <-failed:
	case <-told:
		until, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err = server.Shutdown(until)
	}
	return errors.Join(err, made.Close())
}

func takeList(file, root, environment string) error {
	held, err := standard.Read(root)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return trust.NewStore(environment, held.Violations).AddFile(text, time.Now())
}
