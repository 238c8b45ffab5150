// Judge every vector of every rule with cel-go and print the verdicts as JSON.
//
//	go run . FOLDER   (the folder that holds rules/, profiles/, codelists/ and vectors/)
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type result struct {
	Rule   string    `json:"rule"`
	Vector string    `json:"vector"`
	Found  []finding `json:"found"`
}

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
	standard, err := readStandard(root)
	if err != nil {
		return err
	}
	judge, err := newJudge(standard)
	if err != nil {
		return err
	}
	results := make([]result, 0, len(standard.vectors))
	for _, vector := range standard.vectors {
		found, err := judge.found(vector)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", vector.rule, vector.name, err)
		}
		results = append(results, result{vector.rule, vector.name, found})
	}
	functions, err := judge.functions()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"rules": results, "functions": functions})
}
