package console

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tranche/pipeline/config"
	"tranche/pipeline/console/accounts"
	"tranche/pipeline/ledger/audit"
)

// provider is the OpenID Connect provider, asked for its addresses once.
type provider struct {
	sync.Mutex
	of    *config.OIDC
	found *oidc.Provider
}

// ask finds the provider. One that does not answer is asked again the next time, and keeps nobody waiting for long.
func (p *provider) ask(ctx context.Context, o *config.OIDC) (*oauth2.Config, *oidc.Provider, error) {
	p.Lock()
	defer p.Unlock()
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	if p.found == nil || p.of.Issuer != o.Issuer || p.of.Client != o.Client {
		found, err := oidc.NewProvider(ctx, o.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the provider %s: %w", o.Issuer, err)
		}
		p.of, p.found = o, found
	}
	return &oauth2.Config{ClientID: o.Client, ClientSecret: o.Secret, Endpoint: p.found.Endpoint(),
		RedirectURL: o.Address + "/signin/back", Scopes: []string{oidc.ScopeOpenID, "profile", "email", o.Claim},
	}, p.found, nil
}

// toProvider leads to the provider.
func toProvider(v *visit) (*sheet, error) {
	o := v.config.Serve.OIDC
	if o == nil {
		return nil, errNotThere
	}
	if !v.limits.allow(v.Now(), "from "+client(v.r, v.config.Serve)) {
		return v.signinSheet(v.t("Too many attempts. Wait a minute, and try again."))
	}
	way, _, err := v.provider.ask(v.r.Context(), o)
	if err != nil {
		v.Log(err, "the provider of sign-ins does not answer")
		return v.signinSheet(v.t("The provider does not answer. Try again in a minute."))
	}
	ctx := v.r.Context()
	state, nonce, proof := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	v.sessions.Put(ctx, "state", state)
	v.sessions.Put(ctx, "nonce", nonce)
	v.sessions.Put(ctx, "proof", proof)
	v.sessions.Put(ctx, "to", within(v.r.URL.Query().Get("to")))
	return nil, redirect{way.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(proof))}
}

// backFromProvider signs in whoever the provider vouches for.
func backFromProvider(v *visit) (*sheet, error) {
	o, ctx := v.config.Serve.OIDC, v.r.Context()
	if o == nil {
		return nil, errNotThere
	}
	state, nonce, proof := v.sessions.PopString(ctx, "state"), v.sessions.PopString(ctx, "nonce"),
		v.sessions.PopString(ctx, "proof")
	given := v.r.URL.Query().Get("state")
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(given)) != 1 {
		return nil, errForged
	}
	p, err := v.vouched(ctx, o, nonce, proof)
	if errors.Is(err, errNoGroup) {
		v.Log(nil, "sign-in refused: the account is in no group of serve.oidc.groups")
		return v.signinSheet(v.t("Your account may do nothing here: it is in no group that may. Ask whoever gives out " +
			"the accounts."))
	}
	if err != nil {
		v.Log(err, "a sign-in by the provider failed")
		return v.signinSheet(v.t("The provider did not vouch for you. Try again."))
	}
	return nil, v.signedIn(signed{Provided: &p}, v.sessions.PopString(ctx, "to"))
}

var errNoGroup = errors.New("in no group that may do anything")

// vouched is the person that the provider's answer names, with what its groups may do.
func (v *visit) vouched(ctx context.Context, o *config.OIDC, nonce, proof string) (p accounts.Person, err error) {
	way, found, err := v.provider.ask(ctx, o)
	if err != nil {
		return p, err
	}
	token, err := way.Exchange(ctx, v.r.URL.Query().Get("code"), oauth2.VerifierOption(proof))
	if err != nil {
		return p, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return p, errors.New("the provider gave no id_token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: o.Client}).Verify(ctx, raw)
	if err != nil {
		return p, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return p, errors.New("the id_token is of another sign-in")
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return p, err
	}
	if _, ok := claims[o.Claim]; !ok { // some providers name groups only when they are asked
		info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return p, err
		}
		if info.Subject != id.Subject {
			return p, errors.New("the provider answers about somebody else")
		}
		if err := info.Claims(&claims); err != nil {
			return p, err
		}
	}
	return person(o, id.Subject, claims)
}

// person makes a person of what the provider claims.
func person(o *config.OIDC, subject string, claims map[string]any) (p accounts.Person, err error) {
	for _, key := range []string{"name", "preferred_username", "email"} {
		if text, ok := claims[key].(string); ok && text != "" {
			if p.Name, err = audit.Person(text); err == nil {
				break
			}
		}
	}
	if p.Name == "" {
		return p, errors.Join(errors.New("the provider gave no name"), err)
	}
	p.Account = "oidc/" + subject
	var groups []string
	list, ok := claims[o.Claim].([]any)
	if !ok {
		list = []any{claims[o.Claim]} // one alone
	}
	for _, group := range list {
		if text, ok := group.(string); ok {
			groups = append(groups, text)
		}
	}
	p.Roles, p.Scope = allowed(o, groups)
	if len(p.Roles) == 0 {
		return p, errNoGroup
	}
	return p, nil
}

// allowed joins what the groups may do. A limit holds only where no group without one adds a role.
func allowed(o *config.OIDC, groups []string) (roles []accounts.Role, scope accounts.Scope) {
	isFree := false
	for _, g := range o.Groups {
		if !slices.Contains(groups, g.Name) {
			continue
		}
		isFree = isFree || !g.IsLimited()
		for _, role := range g.Roles {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
		scope.Countries = append(scope.Countries, g.Countries...)
		scope.Partners = append(scope.Partners, g.Partners...)
	}
	if isFree {
		scope = accounts.Scope{}
	}
	return roles, scope
}
