// Package standard reads the machine half of the standard: schemas, exchange table, refusals. No name of a document
// type stands in this program; types come from the table alone (TF-TABLE-1).
package standard

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

const address = "https://threeflow.example/v1/schemas/"

// Code is one entry of refusals.yaml.
type Code struct {
	Code        string `yaml:"code"`
	HTTP        int    `yaml:"http"`
	Retryable   bool   `yaml:"retryable"`
	Requirement string `yaml:"requirement"`
	Title       Words  `yaml:"title"`
	Remedy      Words  `yaml:"remedy"`
}

// Standard is what a node needs of the standard.
type Standard struct {
	Root     string
	Table    *Table
	Refusals map[string]Code
	Agencies map[string]map[string][]string
	schemas  map[string]*jsonschema.Schema
	loose    map[string]*jsonschema.Schema
}

// Read reads the folder that holds exchange.yaml, schemas/ and the rest.
func Read(root string) (*Standard, error) {
	made := &Standard{Root: root, Refusals: map[string]Code{}}
	text, err := os.ReadFile(filepath.Join(root, "exchange.yaml"))
	if err != nil {
		return nil, err
	}
	if made.Table, err = readTable(text); err != nil {
		return nil, fmt.Errorf("exchange.yaml: %w", err)
	}
	var refusals struct {
		Refusals []Code `yaml:"refusals"`
	}
	if text, err = os.ReadFile(filepath.Join(root, "refusals.yaml")); err == nil {
		err = yaml.Unmarshal(text, &refusals)
	}
	if err != nil {
		return nil, fmt.Errorf("refusals.yaml: %w", err)
	}
	for _, each := range refusals.Refusals {
		made.Refusals[each.Code] = each
	}
	if err := made.readProfiles(); err != nil {
		return nil, err
	}
	return made, made.readSchemas()
}

// readProfiles reads which agencies must agree, by profile and position.
func (s *Standard) readProfiles() error {
	s.Agencies = map[string]map[string][]string{}
	names, err := filepath.Glob(filepath.Join(s.Root, "profiles", "*.yaml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		var profile struct {
			Profile   string `yaml:"profile"`
			Positions map[string]struct {
				Agencies []string `yaml:"agencies"`
			} `yaml:"positions"`
		}
		text, err := os.ReadFile(name)
		if err == nil {
			err = yaml.Unmarshal(text, &profile)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.Agencies[profile.Profile] = map[string][]string{}
		for position, said := range profile.Positions {
			s.Agencies[profile.Profile][position] = said.Agencies
		}
	}
	return nil
}

func (s *Standard) readSchemas() error {
	compiler, loose := jsonschema.NewCompiler(), jsonschema.NewCompiler()
	compiler.AssertFormat()
	names := map[string]string{}
	folder := filepath.Join(s.Root, "schemas")
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".schema.json") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		relative, _ := filepath.Rel(folder, name)
		location := address + filepath.ToSlash(relative)
		if !strings.HasPrefix(relative, "common") {
			names[strings.TrimSuffix(path.Base(location), ".schema.json")] = location
		}
		if relative == filepath.Join("common", "part.schema.json") {
			names["part"] = location
		}
		return errors.Join(compiler.AddResource(location, value), loose.AddResource(location, value))
	})
	if err != nil {
		return err
	}
	s.schemas, s.loose = map[string]*jsonschema.Schema{}, map[string]*jsonschema.Schema{}
	for name, location := range names {
		if s.schemas[name], err = compiler.Compile(location); err != nil {
			return err
		}
		if s.loose[name], err = loose.Compile(location); err != nil {
			return err
		}
	}
	return nil
}

// File reads one file of the standard by its name below the version folder; what lies outside is not found.
func (s *Standard) File(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(os.DirFS(s.Root), name)
}
