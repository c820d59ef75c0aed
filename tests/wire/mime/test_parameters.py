"""Content-Type and Content-Disposition, as the RFCs say and as senders write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.wire.mime.parameters import PARAMETERS, structured


@pytest.mark.parametrize(
    ("field", "value", "parameters"),
    [
        (b"text/plain", "text/plain", {}),
        (b"Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        (b'a/b; name="x; y=z"', "a/b", {"name": "x; y=z"}),
        (rb'a/b; name="a\"b\\c"', "a/b", {"name": r"a\b"[:0] + 'a"b\\c'}),
        (b"a/b (comment) ; x = 1 (more)", "a/b", {"x": "1"}),
        (b"a/b; name=one two.txt", "a/b", {"name": "one two.txt"}),
        (b"a/b;;; ;x=1;", "a/b", {"x": "1"}),
        (b"a/b; x=1; x=2", "a/b", {"x": "1"}),
        (b"a/b;\r\n\tcharset=utf-8;\r\n name=n", "a/b", {"charset": "utf-8", "name": "n"}),
        (b'a/b; name="unclosed', "a/b", {"name": "unclosed"}),
        (b"a/b; flag; x=1", "a/b", {"x": "1"}),
        (b"a/b; name==?utf-8?b?w6Q=?=", "a/b", {"name": "ä"}),
        (b'a/b; name="=?utf-8?q?=C3=A4?="', "a/b", {"name": "ä"}),
        (b"a/b; name*=utf-8''%c3%a4", "a/b", {"name": "ä"}),
        (b"a/b; name*=iso-8859-1'de'%e4", "a/b", {"name": "ä"}),
        (b"a/b; name*0=on; name*1=e", "a/b", {"name": "one"}),
        (b"a/b; name*1=e; name*0=on", "a/b", {"name": "one"}),
        (b"a/b; name*0*=utf-8''%c3; name*1*=%a4; name*2=x%20", "a/b", {"name": "äx%20"}),
        (b"a/b; name=plain; name*=utf-8''%c3%a4", "a/b", {"name": "ä"}),
        (b"a/b; name*=''x", "a/b", {"name": "x"}),
        (b"a/b; name*=no-quotes", "a/b", {"name": "no-quotes"}),
        (b"a/b; name*=zlib''x%ff", "a/b", {"name": "x\ufffd"}),
        (b"a/b; name=\xc3\xa4", "a/b", {"name": "ä"}),
        (b"a/b; name=\xe4", "a/b", {"name": "ä"}),
        (b"", "", {}),
        (b";;;", "", {}),
        (b"=", "=", {}),
    ],
)
def test_a_field_is_its_value_and_its_parameters(
    field: bytes, value: str, parameters: dict[str, str]
) -> None:
    found = structured(field)
    assert (found.value, found.parameters) == (value, parameters)


@pytest.mark.parametrize("surplus", [-1, 0, 1])
def test_of_too_many_parameters_the_first_are_read(surplus: int) -> None:
    field = b"a/b" + b"".join(b"; p%d=1" % number for number in range(PARAMETERS + surplus))
    assert len(structured(field).parameters) == PARAMETERS + min(surplus, 0)


@pytest.mark.parametrize("fill", [b";", b" ", b"=", b'"', b"\\", b"(", b"a*", b"; a", b'; a="', b"; a*0*='"])
def test_a_flood_of_one_character_is_no_work(fill: bytes) -> None:
    structured(b"a/b" + fill * (200_000 // len(fill)))


@given(st.binary(max_size=300))
def test_never_raises(field: bytes) -> None:
    structured(field)
