// Package rules runs the rule packs of the standard with cel-go: it reads packs, profiles and code lists, implements the
// functions of the dialect (page *Rules*), and judges documents and vectors.
package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

type period struct {
	From string `yaml:"from" json:"from"`
	To   string `yaml:"to" json:"to"`
}

func (p period) holds(on string) bool {
	return (p.From == "" || p.From <= on) && (p.To == "" || on <= p.To)
}

type dated struct {
	period `yaml:",inline"`
	Value  any `yaml:"value"`
}

type parameter struct {
	Value any     `yaml:"value"`
	Dated []dated `yaml:"dated"`
}

type rule struct {
	ID            string               `yaml:"id"`
	Severity      string               `yaml:"severity"`
	Message       map[string]string    `yaml:"message"`
	Values        map[string]string    `yaml:"values"`
	Parts         []string             `yaml:"parts"`
	Parameters    map[string]parameter `yaml:"parameters"`
	EffectiveFrom string               `yaml:"effectiveFrom"`
	EffectiveTo   string               `yaml:"effectiveTo"`
	Offset        string               `yaml:"offset"`
	Profiles      []string             `yaml:"profiles"`
	AppliesTo     []struct {
		Type  string   `yaml:"type"`
		Kinds []string `yaml:"kinds"`
	} `yaml:"appliesTo"`
	ForEach    any      `yaml:"forEach"`
	Pointer    string   `yaml:"pointer"`
	When       string   `yaml:"when"`
	Expression string   `yaml:"expression"`
	Facts      []string `yaml:"facts"`
	pack       *pack
}

type pack struct {
	Pack    string `yaml:"pack"`
	Applies string `yaml:"applies"`
	Facts   map[string]struct {
		Type string `yaml:"type"`
	} `yaml:"facts"`
	Rules []*rule `yaml:"rules"`
}

type profile struct {
	Profile    string                          `yaml:"profile"`
	RulePacks  []string                        `yaml:"rulePacks"`
	Parameters map[string]map[string]parameter `yaml:"parameters"`
}

type vector struct {
	rule, name, profile, at string
	document                map[string]any
	facts                   map[string]any
}

// Standard is the part of the standard's machine half that rules need.
type Standard struct {
	root     string
	rules    map[string]*rule
	profiles map[string]*profile
	lists    *codeLists
	vectors  []vector
}

// Read reads the folder that holds rules/, profiles/, codelists/ and vectors/.
func Read(root string) (*Standard, error) {
	read := &Standard{root, map[string]*rule{}, map[string]*profile{}, &codeLists{root, map[string]map[string]period{}}, nil}
	err := each(root, "rules", ".yaml", func(octets []byte) error {
		found := &pack{}
		if err := yaml.Unmarshal(octets, found); err != nil {
			return err
		}
		for _, one := range found.Rules {
			one.pack = found
			read.rules[one.ID] = one
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(root, "profiles", ".yaml", func(octets []byte) error {
		found := &profile{}
		read.profiles[""] = nil
		err := yaml.Unmarshal(octets, found)
		read.profiles[found.Profile] = found
		return err
	})
	if err != nil {
		return nil, err
	}
	err = each(root, filepath.Join("vectors", "rules"), ".json", func(octets []byte) error {
		found, err := readVectors(octets)
		read.vectors = append(read.vectors, found...)
		return err
	})
	return read, err
}

func each(root, folder, suffix string, act func([]byte) error) error {
	paths, err := filepath.Glob(filepath.Join(root, folder, "*"+suffix))
	if err != nil {
		return err
	}
	for _, path := range paths {
		octets, err := os.ReadFile(path)
		if err == nil {
			err = act(octets)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// ReadJSON reads JSON with numbers as the whole numbers that they are.
func ReadJSON(octets []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(octets))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		return nil, err
	}
	return whole(raw)
}

func whole(raw any) (any, error) {
	var err error
	switch value := raw.(type) {
	case json.Number:
		return value.Int64()
	case []any:
		for index := range value {
			if value[index], err = whole(value[index]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range value {
			if value[name], err = whole(value[name]); err != nil {
				return nil, err
			}
		}
	}
	return raw, nil
}

func readVectors(octets []byte) ([]vector, error) {
	raw, err := ReadJSON(octets)
	if err != nil {
		return nil, err
	}
	file := raw.(map[string]any)
	byName := map[string]map[string]any{}
	var found []vector
	for _, entry := range file["vectors"].([]any) {
		given := map[string]any{}
		own := entry.(map[string]any)
		if from, ok := own["from"].(string); ok {
			for name, value := range byName[from] {
				given[name] = value
			}
			given["document"], err = patched(byName[from]["document"], own["patch"].([]any))
			if err != nil {
				return nil, err
			}
		}
		for name, value := range own {
			given[name] = value
		}
		byName[own["name"].(string)] = given
		facts, _ := given["facts"].(map[string]any)
		profile, _ := given["profile"].(string)
		found = append(found, vector{
			file["rule"].(string), given["name"].(string), profile, given["at"].(string),
			given["document"].(map[string]any), facts,
		})
	}
	return found, nil
}

// patched applies the three operations of RFC 6902 that the vectors use, to a copy.
func patched(document any, patch []any) (any, error) {
	octets, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	changed, err := ReadJSON(octets)
	if err != nil {
		return nil, err
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for _, raw := range patch {
		step := raw.(map[string]any)
		tokens := strings.Split(step["path"].(string), "/")[1:]
		for index := range tokens {
			tokens[index] = unescape.Replace(tokens[index])
		}
		if changed, err = change(changed, tokens, step["op"].(string), step["value"]); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

func change(node any, tokens []string, op string, value any) (any, error) {
	switch holder := node.(type) {
	case map[string]any:
		return changeMember(holder, tokens, op, value)
	case []any:
		return changeElement(holder, tokens, op, value)
	}
	return nil, errors.New("a patch leads nowhere")
}

func changeMember(holder map[string]any, tokens []string, op string, value any) (any, error) {
	name := tokens[0]
	if len(tokens) > 1 {
		below, err := change(holder[name], tokens[1:], op, value)
		holder[name] = below
		return holder, err
	}
	if op == "remove" {
		delete(holder, name)
	} else {
		holder[name] = value
	}
	return holder, nil
}

func changeElement(holder []any, tokens []string, op string, value any) (any, error) {
	index, err := strconv.Atoi(tokens[0])
	if tokens[0] == "-" {
		index, err = len(holder), nil
	}
	if err != nil {
		return nil, err
	}
	if len(tokens) > 1 {
		holder[index], err = change(holder[index], tokens[1:], op, value)
		return holder, err
	}
	switch op {
	case "remove":
		return append(holder[:index], holder[index+1:]...), nil
	case "replace":
		holder[index] = value
		return holder, nil
	}
	return append(holder[:index], append([]any{value}, holder[index:]...)...), nil
}

type codeLists struct {
	root string
	held map[string]map[string]period
}

// contains says whether a code stood in a list on a date; an unknown list is an error.
func (c *codeLists) contains(list, code, on string) (bool, error) {
	if _, ok := c.held[list]; !ok {
		if err := c.read(list); err != nil {
			return false, err
		}
	}
	valid, ok := c.held[list][code]
	return ok && valid.holds(on), nil
}

func (c *codeLists) read(list string) error {
	octets, err := os.ReadFile(filepath.Join(c.root, "codelists", filepath.Base(list)+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no code list %q", list)
	}
	if err != nil {
		return err
	}
	var file struct {
		period
		Codes []struct {
			period
			Code string `json:"code"`
		} `json:"codes"`
	}
	if err := json.Unmarshal(octets, &file); err != nil {
		return err
	}
	c.held[list] = map[string]period{}
	for _, each := range file.Codes {
		valid := file.period
		if each.From != "" {
			valid.From = each.From
		}
		if each.To != "" {
			valid.To = each.To
		}
		c.held[list][each.Code] = valid
	}
	return nil
}
