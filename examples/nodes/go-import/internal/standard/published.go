package standard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Published are rules and code lists as they are told to others (TF-REST-11): values as JSON has them.
type Published struct {
	Digest   string
	Packs    []map[string]any
	Rules    []map[string]any
	byID     map[string]map[string]any
	packOf   map[string]map[string]any
	profiles map[string]map[string]any
	Lists    map[string]*CodeList
}

// CodeList is one list: what it says of itself, and its codes, sorted.
type CodeList struct {
	Summary  map[string]any
	Codes    []map[string]any
	from, to string
}

// Publish reads rules, profiles and code lists as they stand in their files.
func (s *Standard) Publish() (*Published, error) {
	made := &Published{
		byID: map[string]map[string]any{}, packOf: map[string]map[string]any{}, profiles: map[string]map[string]any{},
		Lists: map[string]*CodeList{},
	}
	steps := []error{
		s.eachYAML("rules", func(pack map[string]any) { made.addPack(pack) }),
		s.eachYAML("profiles", func(profile map[string]any) { made.profiles[text(profile["profile"])] = profile }),
		s.readLists(made),
	}
	slices.SortFunc(made.Packs, func(a, b map[string]any) int { return strings.Compare(text(a["pack"]), text(b["pack"])) })
	slices.SortFunc(made.Rules, func(a, b map[string]any) int { return strings.Compare(text(a["id"]), text(b["id"])) })
	var err error
	made.Digest, err = s.digest()
	return made, errors.Join(append(steps, err)...)
}

func text(raw any) string {
	found, _ := raw.(string)
	return found
}

func (s *Standard) eachYAML(folder string, act func(map[string]any)) error {
	names, err := filepath.Glob(filepath.Join(s.Root, folder, "*.yaml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		var node yaml.Node
		octets, err := os.ReadFile(name)
		if err == nil {
			err = yaml.Unmarshal(octets, &node)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		value, _ := plain(node.Content[0]).(map[string]any)
		act(value)
	}
	return nil
}

// plain is a YAML value as JSON has it: what YAML takes for a date stays the text that it is.
func plain(node *yaml.Node) any {
	switch node.Kind {
	case yaml.AliasNode:
		return plain(node.Alias)
	case yaml.MappingNode:
		found := map[string]any{}
		for index := 0; index+1 < len(node.Content); index += 2 {
			found[node.Content[index].Value] = plain(node.Content[index+1])
		}
		return found
	case yaml.SequenceNode:
		found := []any{}
		for _, each := range node.Content {
			found = append(found, plain(each))
		}
		return found
	}
	switch node.Tag {
	case "!!bool":
		return node.Value == "true"
	case "!!null":
		return nil
	case "!!int":
		if whole, err := strconv.ParseInt(node.Value, 10, 64); err == nil {
			return whole
		}
	}
	return node.Value
}

func (p *Published) addPack(pack map[string]any) {
	p.Packs = append(p.Packs, map[string]any{"pack": pack["pack"], "applies": pack["applies"], "title": pack["title"]})
	rules, _ := pack["rules"].([]any)
	for _, raw := range rules {
		rule, _ := raw.(map[string]any)
		said := map[string]any{"pack": pack["pack"]}
		for _, name := range []string{"id", "severity", "basis", "verified", "title", "effectiveFrom", "effectiveTo", "appliesTo", "profiles"} {
			if value, there := rule[name]; there {
				said[name] = value
			}
		}
		p.Rules = append(p.Rules, said)
		p.byID[text(rule["id"])], p.packOf[text(rule["id"])] = rule, pack
	}
}

// Rule gives a rule as its pack states it, with the facts that it asks for; nil where there is none.
func (p *Published) Rule(id string) map[string]any {
	rule, pack := p.byID[id], p.packOf[id]
	if rule == nil {
		return nil
	}
	facts := map[string]any{}
	declared, _ := pack["facts"].(map[string]any)
	asked, _ := rule["facts"].([]any)
	for _, each := range asked {
		facts[text(each)] = declared[text(each)]
	}
	return map[string]any{"pack": pack["pack"], "rule": rule, "facts": facts}
}

// Binding gives the rules that bind documents of a type and a profile, each of which may be empty for any; false where
// there is no such profile.
func (p *Published) Binding(name, profile string) ([]map[string]any, bool) {
	held := p.profiles[profile]
	if profile != "" && held == nil {
		return nil, false
	}
	packs, _ := held["rulePacks"].([]any)
	found := []map[string]any{}
	for _, each := range p.Rules {
		only, limited := each["profiles"].([]any)
		always := p.packOf[text(each["id"])]["applies"] == "always"
		if profile != "" && ((!always && !slices.Contains(packs, each["pack"])) || (limited && !slices.Contains(only, any(profile)))) {
			continue
		}
		if name == "" || appliesTo(each, name) {
			found = append(found, each)
		}
	}
	return found, true
}

func appliesTo(rule map[string]any, name string) bool {
	types, _ := rule["appliesTo"].([]any)
	for _, each := range types {
		if entry, _ := each.(map[string]any); entry["type"] == name {
			return true
		}
	}
	return false
}

func (s *Standard) readLists(made *Published) error {
	names, err := filepath.Glob(filepath.Join(s.Root, "codelists", "*.json"))
	if err != nil {
		return err
	}
	for _, name := range names {
		var said struct {
			From  string           `json:"from"`
			To    string           `json:"to"`
			Codes []map[string]any `json:"codes"`
		}
		all := map[string]any{}
		octets, err := os.ReadFile(name)
		if err == nil {
			err = errors.Join(json.Unmarshal(octets, &said), json.Unmarshal(octets, &all))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		list := &CodeList{Summary: map[string]any{"codes": len(said.Codes)}, Codes: said.Codes, from: said.From, to: said.To}
		for _, member := range []string{"id", "title", "authority", "source", "edition", "licence", "retrieved"} {
			list.Summary[member] = all[member]
		}
		slices.SortFunc(list.Codes, func(a, b map[string]any) int { return strings.Compare(text(a["code"]), text(b["code"])) })
		made.Lists[text(all["id"])] = list
	}
	return nil
}

// Page gives codes after one, those of a day where one is asked, and the code to go on from, or empty.
func (l *CodeList) Page(on, after string, limit int) ([]map[string]any, string) {
	found := []map[string]any{}
	for _, each := range l.Codes {
		from, to := l.from, l.to
		if own := text(each["from"]); own != "" {
			from = own
		}
		if own := text(each["to"]); own != "" {
			to = own
		}
		if text(each["code"]) <= after || (on != "" && ((from != "" && on < from) || (to != "" && on > to))) {
			continue
		}
		if len(found) == limit {
			return found, text(found[limit-1]["code"])
		}
		said := map[string]any{}
		for _, member := range []string{"code", "name", "map", "properties"} {
			if value, there := each[member]; there {
				said[member] = value
			}
		}
		for member, day := range map[string]string{"from": from, "to": to} {
			if day != "" {
				said[member] = day
			}
		}
		found = append(found, said)
	}
	return found, ""
}

// digest changes with every octet of every file of the standard (TF-VER-6).
func (s *Standard) digest() (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(s.Root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		octets, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(s.Root, name)
		own := sha256.Sum256(octets)
		fmt.Fprintf(sum, "%s %x\n", filepath.ToSlash(relative), own)
		return nil
	})
	return "sha-256:" + hex.EncodeToString(sum.Sum(nil)), err
}
