// Judge every vector of every rule with cel-go and print the verdicts as JSON.
//
//	go run . FOLDER   (the folder that holds rules/, profiles/, codelists/ and vectors/)
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"threeflow.example/rules/rules"
)

func main() {
	root := "../../../spec/threeflow_spec/v1"
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := run(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(root string) error {
	standard, err := rules.Read(root)
	if err != nil {
		return err
	}
	judge, err := rules.NewJudge(standard)
	if err != nil {
		return err
	}
	results, err := judge.Vectors()
	if err != nil {
		return err
	}
	functions, err := judge.Functions()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"rules": results, "functions": functions})
}
