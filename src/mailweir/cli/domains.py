"""`mailweir domain` and `mailweir check-dns`, also beside a running server."""

from typing import Annotated

from cyclopts import App, Parameter

from mailweir.cli.accounts import account_of, administer
from mailweir.cli.flags import Config, Data, Json
from mailweir.cli.saying import FAILED, OK, print_json, print_lines
from mailweir.config.errors import SettingsError
from mailweir.model.address import Host
from mailweir.model.domain import CustomDomain, custom_host
from mailweir.roles.errors import StartError

_Account = Annotated[str, Parameter(help="The name of the account.")]
_Domain = Annotated[str, Parameter(help="The name of the domain.")]
_Verified = Annotated[
    bool,
    Parameter(help="The domain is the account's, whatever the DNS says: you vouch for that.", negative=()),
]

domain = App(name="domain", help="Domains that accounts have for themselves.")


@domain.command(name="add")
def domain_add(
    account: _Account,
    name: _Domain,
    *,
    verified: _Verified = False,
    json: Json = False,
    config: Config = None,
    data: Data = None,
) -> int:
    """Claim a domain for an account, and print the TXT record that proves it."""
    owner, host = account_of(account), _host(name)
    made = administer(config, data, lambda office: office.add_domain(owner, host, verified=verified))
    if json:
        return print_json(_shown(made))
    proof = f'{host}. TXT "{made.token}"'
    return print_lines([f"{host} belongs to {owner}." if made.held is not None else proof], "")


@domain.command(name="list")
def domain_list(account: _Account, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Print the domains that an account has claimed."""
    owner = account_of(account)
    found = administer(config, data, lambda office: office.list_domains(owner))
    if json:
        return print_json([_shown(one) for one in found])
    return print_lines([_line(one) for one in found], f"{owner} has no domain.")


@domain.command(name="remove")
def domain_remove(
    account: _Account, name: _Domain, *, json: Json = False, config: Config = None, data: Data = None
) -> int:
    """Take a domain from an account. Mail that is left there is public from now on."""
    owner, host = account_of(account), _host(name)
    if not administer(config, data, lambda office: office.remove_domain(owner, host)):
        raise StartError(f"{owner} has no domain {host}.")
    return print_json({"account": owner, "domain": host, "removed": True}) if json else OK


def check_dns(name: _Domain, *, json: Json = False, config: Config = None, data: Data = None) -> int:
    """Ask the DNS whether mail for a domain comes here, and whose it proves the domain to be."""
    host = _host(name)
    found = administer(config, data, lambda office: office.check_dns(host))
    right = found.receives and (not found.accounts or bool(found.proven))
    if json:
        print_json(
            {
                "domain": host,
                "receives": found.receives,
                "mailHosts": list(found.mail_hosts),
                "expected": list(found.expected),
                "accounts": list(found.accounts),
                "proven": list(found.proven),
            }
        )
        return OK if right else FAILED
    hosts = ", ".join(found.mail_hosts) or "none"
    here = f"{hosts}: mail comes here"
    elsewhere = f"{hosts}, not {found.expected[0]}: mail does not come here"
    lines = [f"MX   {here if found.receives else elsewhere}"]
    for account in found.accounts:
        state = "proved" if account in found.proven else "not proved"
        lines.append(f"TXT  claimed by {account}: {state}")
    print_lines(lines, "")
    return OK if right else FAILED


def _host(text: str) -> Host:
    host = custom_host(text)
    if host is None:
        raise SettingsError(f"{text!r} is not the name of a domain, such as qa.example.com.")
    return host


def _shown(one: CustomDomain) -> dict[str, object]:
    return {
        "domain": one.host,
        "account": one.account,
        "verified": one.held is not None,
        "txt": one.token,
        "private": one.private,
        "receives": one.receives,
        "errors": one.errors,
    }


def _line(one: CustomDomain) -> str:
    state = "verified" if one.held is not None else f'not verified; TXT "{one.token}"'
    return f"{one.host:<32} {'private' if one.private else 'public'}, {state}"
