"""What can be read of an entry that is not in the documented form.

An entry that can't count, such as that of another activity or a failed sign-in, need not be readable. Of one that
counts, only the properties that are counted must be. Texts of failures name properties and never quote them.
"""

import re
from datetime import datetime

import msgspec

from exporter.apis.b2c.graph.activities import SIGN_INS, kind_of
from exporter.apis.b2c.graph.entries import (
    NONE,
    UNREADABLE,
    Detail,
    Entry,
    Resource,
    Unread,
    is_ours,
    is_success,
    parsed,
)

ADMINISTRATION = "management"
"""How the categories of changes to the directory end, such as `UserManagement` [inferred]."""
NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")


class NotReadError(Exception):
    """A property that is counted can't be read; the text says which."""


class Loose(msgspec.Struct, rename="camel"):
    """An entry none of whose properties is decoded."""

    activity_display_name: msgspec.Raw = NONE
    activity_date_time: msgspec.Raw = NONE
    category: msgspec.Raw = NONE
    id: msgspec.Raw = NONE
    correlation_id: msgspec.Raw = NONE
    logged_by_service: msgspec.Raw = NONE
    result: msgspec.Raw = NONE
    target_resources: msgspec.Raw = NONE
    additional_details: msgspec.Raw = NONE


class LooseResource(msgspec.Struct):
    """The same of a resource."""

    id: msgspec.Raw = NONE


class LooseDetail(msgspec.Struct):
    """The same of a detail."""

    key: msgspec.Raw = NONE
    value: msgspec.Raw = NONE


def is_object(value: msgspec.Raw) -> bool:
    """Whether a value can be an entry."""
    return bytes(value).lstrip()[:1] == b"{"


def salvaged(value: msgspec.Raw) -> Entry | Unread | None:
    """The entry as far as it matters, or why it can't be read; None if it does not count, whatever else it states."""
    try:
        loose = msgspec.json.decode(_utf8(value), type=Loose)
    except UNREADABLE:
        return Unread(None, "it can't be decoded")
    if not _may_count(loose):
        return None
    try:
        return _entry(loose)
    except NotReadError as error:
        return Unread(_instant(loose), str(error))


def salvaged_resources(value: msgspec.Raw) -> list[Resource]:
    """The first resource of an entry that is not null; raises `NotReadError` if its id can't be read."""
    try:
        stated = msgspec.json.decode(_utf8(value), type=list[LooseResource | None] | None)
    except UNREADABLE:
        raise NotReadError("its targetResources are not a list of objects") from None
    first = next((found for found in stated or () if found), None)
    return [Resource(_needed_id(first.id, "the id of its targetResources"))] if first else []


def salvaged_details(value: msgspec.Raw) -> list[Detail]:
    """The details of an entry whose key and value are texts; raises `NotReadError` if there is no list of them."""
    try:
        stated = msgspec.json.decode(_utf8(value), type=list[msgspec.Raw] | None)
    except UNREADABLE:
        raise NotReadError("its additionalDetails are not a list") from None
    return [detail for found in stated or () if (detail := _detail(found))]


def _detail(value: msgspec.Raw) -> Detail | None:
    try:
        loose = msgspec.json.decode(value, type=LooseDetail)
    except UNREADABLE:
        return None
    key = _known(loose.key)
    return Detail(key, _known(loose.value)) if key else None


def _may_count(loose: Loose) -> bool:
    """Whether nothing that can be read excludes that the entry counts."""
    if not is_ours(_known(loose.logged_by_service)):
        return False
    name = _known(loose.activity_display_name)
    if name is None:
        return not (_known(loose.category) or "").strip().lower().endswith(ADMINISTRATION)
    kind = kind_of(name)
    if not kind & SIGN_INS:
        return bool(kind)
    try:
        return is_success(_text(loose.result))
    except UNREADABLE:
        return True


def _entry(loose: Loose) -> Entry:
    """The entry if what is counted can be read; raises `NotReadError`."""
    name = _needed(loose.activity_display_name, "activityDisplayName")
    stated = _needed(loose.activity_date_time, "activityDateTime")
    correlation_id = _known_id(loose.correlation_id)
    if kind_of(name) & SIGN_INS:
        _needed(loose.result, "result")
        # By which the events of a sign-in are recognized; attempts are by the id of the entry.
        correlation_id = _needed_id(loose.correlation_id, "its correlationId")
    return Entry(
        activity_display_name=name,
        activity_date_time=stated,
        id=_known_id(loose.id),
        correlation_id=correlation_id,
        logged_by_service=_known(loose.logged_by_service),
        result=_known(loose.result),
        target_resources=loose.target_resources,
        additional_details=loose.additional_details,
    )


def _instant(loose: Loose) -> datetime | None:
    try:
        return parsed(_known(loose.activity_date_time) or "")
    except (ValueError, OverflowError):
        return None


def _text(value: msgspec.Raw) -> str | None:
    """A text, or None for null; raises one of `UNREADABLE`."""
    return msgspec.json.decode(value, type=str | None)


def _known(value: msgspec.Raw) -> str | None:
    """A text; None for everything else."""
    try:
        return _text(value)
    except UNREADABLE:
        return None


def _needed(value: msgspec.Raw, name: str) -> str:
    """A text; raises `NotReadError` for everything else."""
    if (found := _known(value)) is None:
        raise NotReadError(f"its {name} is not a text")
    return found


def _needed_id(value: msgspec.Raw, what: str) -> str | None:
    """An id, which may be a number, or None for null; raises `NotReadError`."""
    content = bytes(value).strip()
    if NUMBER.fullmatch(content):
        return content.decode()
    try:
        return _text(value)
    except UNREADABLE:
        raise NotReadError(f"{what} is not a text") from None


def _known_id(value: msgspec.Raw) -> str | None:
    """An id; None for everything else."""
    try:
        return _needed_id(value, "")
    except NotReadError:
        return None


def _utf8(value: msgspec.Raw) -> bytes:
    """The same JSON, with a replacement character for what is not UTF-8."""
    return bytes(value).decode(errors="replace").encode()
