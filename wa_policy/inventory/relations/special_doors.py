"""Relations of APIs and distributions that no single property says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wa_policy.iam.arn import Arn, parse_arn
from wa_policy.iam.pattern import glob, matches
from wa_policy.iam.policy import Policy
from wa_policy.iam.text import Template, Text
from wa_policy.iam.unknown import Unknown, UnknownKind
from wa_policy.inventory.model import (
    METHODS_PROPERTY,
    REST_API_ID_PROPERTY,
    WEB_ACL_PROPERTY,
    Absent,
    NotExported,
    Present,
    PropertyValue,
    Resource,
)
from wa_policy.inventory.relations.index import Index
from wa_policy.inventory.relations.inverse import union
from wa_policy.inventory.relations.listing import not_exported, place_in_words
from wa_policy.inventory.relations.made import METHOD
from wa_policy.inventory.relations.model import NamedBy, Names, Outcome, Relation, Side
from wa_policy.inventory.relations.types import KNOWN, region_of
from wa_policy.inventory.relations.values import parts_at, plain, values_at

REST_API, HTTP_API = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
STAGE, WEB_ACL = "AWS::ApiGateway::Stage", "AWS::WAFv2::WebACL"


# --- which APIs the policy of a function names -----------------------------------------------------------------------


def rest_apis_named(index: Index, side: Side) -> Outcome:
    """The REST APIs that conditions on `aws:SourceArn` in the policy of a function name."""
    document = side.policy() if isinstance(side, Resource) else Absent()
    match document:
        case Present(policy):
            if policy.unreadable:
                return Outcome(open=policy.unreadable[0])
            return union(_apis(index, text) for text in _source_arns(policy))
        case NotExported():
            return Outcome(open=document.unknown)
        case _:
            return Outcome()


def _apis(index: Index, text: Text) -> Outcome:
    if isinstance(text, Template):
        return Outcome(open=text.holes[0].reason if text.holes else None)
    arn = parse_arn(text)
    if arn is None or arn.service != "execute-api":
        return Outcome()
    inventory = index.inventory
    if set(arn.resource.split("/", 1)[0] + arn.account + arn.region).isdisjoint("*?"):
        found = index.found(REST_API, text)
        if found or index.found(HTTP_API, text):
            return Outcome(found)
    found = tuple(api for api in inventory.of_type(REST_API) if _covers(arn, api, REST_API_ID_PROPERTY))
    if found or any(_covers(arn, api, "ApiId") for api in inventory.of_type(HTTP_API)):
        return Outcome(found)
    call = "apigateway.get-rest-apis"
    if inventory.was_listed(call, arn.account, arn.region):
        return Outcome()
    return Outcome(missing=not_exported(call, place_in_words(arn.account, arn.region)))


def _source_arns(policy: Policy) -> Iterator[Text]:
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.folded_key == "aws:sourcearn":
                yield from condition.values


def _covers(arn: Arn, api: Resource, key: str) -> bool:
    """True iff an execute-api ARN, perhaps with wildcards, is about the API."""
    id_ = api.property(key)
    return (
        isinstance(id_, str)
        and matches(glob(arn.resource.split("/", 1)[0]), id_)
        and (api.account is None or matches(glob(arn.account), api.account))
        and (api.region is None or matches(glob(arn.region), api.region))
    )


# --- methods, routes -------------------------------------------------------------------------------------------------

_METHODS_OF_API = NamedBy(("RestApiId",))
_METHODS_OF_FUNCTION = NamedBy(("Integration.Uri",))
_METHODS_OF_AUTHORIZER = NamedBy(("AuthorizerId",))


def methods_of_api(index: Index, side: Side) -> Outcome:
    """The methods of a REST API, in resources of their own, an OpenAPI document or `get-resources`."""
    found = index.inverse(METHOD, _METHODS_OF_API, side)
    listed = side.property(METHODS_PROPERTY) if isinstance(side, Resource) else None
    if isinstance(listed, Unknown):
        return Outcome(found.found, listed)
    return found


def methods_of_function(index: Index, side: Side) -> Outcome:
    """The methods that call a function."""
    return _with_unread(index, side, index.inverse(METHOD, _METHODS_OF_FUNCTION, side))


def methods_of_authorizer(index: Index, side: Side) -> Outcome:
    """The methods that an authorizer guards, all of them of its own API."""
    found = index.inverse(METHOD, _METHODS_OF_AUTHORIZER, side)
    own = side.property("RestApiId") if isinstance(side, Resource) else None
    for api in index.inventory.of_type(REST_API):
        if api.property(REST_API_ID_PROPERTY) == own and api.account == side.account:
            listed = api.property(METHODS_PROPERTY)
            return Outcome(found.found, found.open or (listed if isinstance(listed, Unknown) else None))
    return _with_unread(index, side, found)


def _with_unread(index: Index, side: Side, found: Outcome) -> Outcome:
    unread = index.once(_unread_apis).get((side.account, region_of(side)))
    return Outcome(found.found, found.open or unread, index.unlisted(REST_API, side))


def _unread_apis(index: Index) -> dict[tuple[str | None, str | None], Unknown]:
    """Why not all methods of the REST APIs of a place are known."""
    found: dict[tuple[str | None, str | None], Unknown] = {}
    for api in index.inventory.of_type(REST_API):
        listed = api.property(METHODS_PROPERTY)
        if isinstance(listed, Unknown):
            found.setdefault((api.account, api.region), listed)
    return found


def integration_of_route(index: Index, side: Side) -> Outcome:
    """`integrations/ID` in `Target`, of the API of the route."""
    if not isinstance(side, Resource):
        return Outcome()
    target = side.property("Target")
    if isinstance(target, Unknown):
        return Outcome(open=target)
    if not isinstance(target, str) or "/" not in target:
        return Outcome()
    value = target.rpartition("/")[2]
    found = index.named(value, ("AWS::ApiGatewayV2::Integration",), side.account, side.region)
    if found.found:
        return found
    missing = index.unlisted("AWS::ApiGatewayV2::Integration", side)
    if index.is_declared(side):
        missing = not_exported("apigatewayv2.get-integrations", f"`{side.id}`")
    return Outcome((), None, missing)


# --- stages ----------------------------------------------------------------------------------------------------------


def usage_plans_of_stage(index: Index, side: Side) -> Outcome:
    """The usage plans that have the stage in `ApiStages`."""
    pairs = index.once(_usage_plans)
    return _of_stage(index, side, pairs, "AWS::ApiGateway::UsagePlan", "RestApiId")


def mappings_of_stage(index: Index, side: Side) -> Outcome:
    """The base path mappings that lead to the stage, or to all stages of its API."""
    pairs = index.once(_base_path_mappings)
    return _of_stage(index, side, pairs, "AWS::ApiGateway::BasePathMapping", "RestApiId")


def mappings_of_v2_stage(index: Index, side: Side) -> Outcome:
    """The API mappings that lead to the stage."""
    pairs = index.once(_api_mappings)
    return _of_stage(index, side, pairs, "AWS::ApiGatewayV2::ApiMapping", "ApiId")


Place = tuple[str | None, str | None]
Pairs = tuple[dict[tuple[Place, str, str], list[Side]], dict[Place, Unknown]]
"""Who names an API and a stage of it, by place and both names; and where it is not known."""


def _usage_plans(index: Index) -> Pairs:
    return _pairs(index, "AWS::ApiGateway::UsagePlan", "ApiStages", "ApiId", "Stage")


def _base_path_mappings(index: Index) -> Pairs:
    return _pairs(index, "AWS::ApiGateway::BasePathMapping", "", "RestApiId", "Stage")


def _api_mappings(index: Index) -> Pairs:
    return _pairs(index, "AWS::ApiGatewayV2::ApiMapping", "", "ApiId", "Stage")


def _pairs(index: Index, type_: str, path: str, api_name: str, stage_name: str) -> Pairs:
    found: dict[tuple[Place, str, str], list[Side]] = {}
    doubts: dict[Place, Unknown] = {}
    for side in index.inventory.of_type(type_):
        place = (side.account, side.region)
        items: list[PropertyValue]
        if path:
            items = list(parts_at(side.property(path), ""))
        else:
            items = [{name: side.property(name) for name in (api_name, stage_name)}]
        for item in items:
            if isinstance(item, Unknown):
                doubts.setdefault(place, item)
            if not isinstance(item, Mapping):
                continue
            api, stage = item.get(api_name), item.get(stage_name)
            for value in (api, stage):
                if isinstance(value, Unknown):
                    doubts.setdefault(place, value)
            if isinstance(api, str) and (stage is None or isinstance(stage, str)):
                found.setdefault((place, api, stage or ""), []).append(side)
    return found, doubts


def _of_stage(index: Index, side: Side, pairs: Pairs, type_: str, api_property: str) -> Outcome:
    if not isinstance(side, Resource):
        return Outcome()
    known, doubts = pairs
    place = (side.account, side.region)
    api, stage = side.property(api_property), side.property("StageName")
    missing = index.unlisted(type_, side)
    for value in (api, stage):
        if isinstance(value, Unknown):
            return Outcome((), value, missing)
    found = [one for name in {str(stage), ""} for one in known.get((place, str(api), name), ())]
    return Outcome(tuple(found), doubts.get(place), missing)


_ASSOCIATIONS = NamedBy(("ResourceArn",))
_ASSOCIATION = "AWS::WAFv2::WebACLAssociation"
_ACL_OF_ASSOCIATION = Relation("", _ASSOCIATION, (WEB_ACL,), Names(("WebACLArn",)))


def web_acl(index: Index, side: Side) -> Outcome:
    """The web ACL that an answer tells with the resource, or that an association of a template names."""
    if not isinstance(side, Resource):
        return Outcome()
    told = side.properties.get(WEB_ACL_PROPERTY)
    # No answer is wanted of what a template makes: an association stands in it.
    unread = isinstance(told, Unknown) and told.kind is UnknownKind.NOT_EXPORTED and index.is_declared(side)
    if told is not None and told != "" and not unread:
        return index.all_named(side, told, (WEB_ACL,))
    if side.told is not None and WEB_ACL_PROPERTY in side.told and not index.is_declared(side):
        return Outcome()
    associations = index.inverse(_ASSOCIATION, _ASSOCIATIONS, side)
    acls = union(index.follow(one, _ACL_OF_ASSOCIATION) for one in associations.found)
    missing = index.unlisted(_ASSOCIATION, side)
    return Outcome(acls.found, associations.open or acls.open, acls.missing or missing)


# --- distributions ---------------------------------------------------------------------------------------------------

_API_HOST = re.compile(r"(?P<id>[A-Za-z0-9]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_URL_HOST = re.compile(r"[A-Za-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws")
_DOMAIN_NAMES = ("AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName")
_URL = "AWS::Lambda::Url"


def origins(index: Index, side: Side) -> Outcome:
    """What the domain names of the origins of a distribution belong to."""
    if not isinstance(side, Resource):
        return Outcome()
    return union(
        Outcome(open=value) if isinstance(value, Unknown) else _host(index, side, value)
        for value in values_at(side, "DistributionConfig.Origins.DomainName")
    )


def _host(index: Index, side: Resource, host: str) -> Outcome:
    if (api := _API_HOST.fullmatch(host)) is not None:
        return index.named(api["id"], (REST_API, HTTP_API), side.account, api["region"])
    if _URL_HOST.fullmatch(host) is not None:
        found = index.once(_urls).get(host)
        if found is not None:
            return Outcome((found,))
        return Outcome(missing=not_exported(KNOWN[_URL].call or "", f"`{host}`"))
    if plain(host) != host:
        return index.named(host, ("AWS::S3::Bucket",), side.account, side.region)
    found_names = index.once(_domain_names).get((side.account, host.lower()))
    if found_names is not None:
        return Outcome(tuple(found_names))
    return Outcome(missing=Unknown(UnknownKind.NOT_MODELLED, f"whose name `{host}` is"))


def _urls(index: Index) -> dict[str, Side]:
    found: dict[str, Side] = {}
    for url in index.inventory.of_type(_URL):
        value = url.properties.get("FunctionUrl")
        if isinstance(value, str):
            found[value.removeprefix("https://").strip("/")] = url
    return found


def _domain_names(index: Index) -> dict[tuple[str | None, str], list[Side]]:
    found: dict[tuple[str | None, str], list[Side]] = {}
    for type_ in _DOMAIN_NAMES:
        for domain in index.inventory.of_type(type_):
            for key in ("DomainName", "RegionalDomainName"):
                value = domain.properties.get(key)
                if isinstance(value, str):
                    found.setdefault((domain.account, value.lower()), []).append(domain)
    return found
