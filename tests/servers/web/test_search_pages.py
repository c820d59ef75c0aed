"""The search box of the lists."""

import pytest

from fakes.web_house import WebHouse

INBOX = "/inbox/bob@thing.test"
OTHER = b"From: Eve <eve@sender.test>\r\nSubject: Invoice\r\n\r\nPlease pay.\r\n"


@pytest.mark.parametrize("page", ["/", INBOX])
async def test_the_box_finds_what_it_is_asked_for(house: WebHouse, page: str) -> None:
    house.keep()
    house.keep(raw=OTHER)
    found = (await house.get(f"{page}?query=from%3Aeve+pay")).text
    assert "Invoice" in found
    assert ">Hello<" not in found
    assert 'value="from:eve pay"' in found
    assert "Nothing found" in (await house.get(f"{page}?query=nothing")).text
    assert ">Hello<" in (await house.get(f"{page}?query=")).text


async def test_more_of_what_was_found_is_one_click_away(house: WebHouse) -> None:
    for _ in range(51):
        house.keep(raw=OTHER)
    found = (await house.get(f"{INBOX}?query=invoice")).text
    assert "?limit=200&amp;query=invoice" in found


@pytest.mark.parametrize("page", ["/", INBOX])
async def test_a_wrong_query_is_answered_in_its_place(house: WebHouse, page: str) -> None:
    house.keep()
    answer = await house.get(f"{page}?query=from%3A%28")
    assert answer.status == 400
    assert 'role="alert">Character ' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="from:("' in answer.text


async def test_what_is_written_into_the_box_becomes_no_markup(house: WebHouse) -> None:
    answer = await house.get(f"{INBOX}?query=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in answer.text


async def test_searching_all_mail_is_for_this_machine(house: WebHouse) -> None:
    house.keep()
    answer = await house.get("/?query=hello", x_forwarded_for="192.0.2.1")
    assert "Hello" not in answer.text
