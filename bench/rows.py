"""Usage rows of a large enrollment, as JSON pages and as CSV, and a server that sends them from memory."""

import csv
import io
import json
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

PAGE = 5_000
SUBSCRIPTIONS, METERS, DAYS = 8, 60, 30


def rows(number: int) -> list[dict[str, Any]]:
    """v3 rows with all 40 fields; the same for every call."""
    dice = random.Random(1)
    return [_row(dice) for _ in range(number)]


def _row(dice: random.Random) -> dict[str, Any]:
    meter, subscription = dice.randrange(METERS), dice.randrange(SUBSCRIPTIONS)
    quantity = round(dice.random() * 100, 6)
    group = f"rg-{dice.randrange(40)}"
    path = f"/subscriptions/{subscription:08}/resourceGroups/{group}/providers/Microsoft.Compute"
    return {
        "accountId": 0,
        "accountName": "Contoso Platform",
        "accountOwnerEmail": "owner@contoso.example",
        "additionalInfo": '{"ServiceType":"Standard_D2s_v3","ImageType":"Canonical"}',
        "chargesBilledSeparately": False,
        "consumedQuantity": quantity,
        "consumedService": "Microsoft.Compute",
        "consumedServiceId": 0,
        "cost": float(f"{quantity * 0.0123456789:.17f}"),
        "costCenter": f"{1000 + subscription}",
        "date": f"2026-11-{1 + dice.randrange(DAYS):02}T00:00:00",
        "departmentId": 1,
        "departmentName": f"Department {subscription % 3}",
        "instanceId": f"{path}/virtualMachines/vm-{dice.randrange(2000):05}",
        "location": "EU West",
        "meterCategory": f"Category {meter % 9}",
        "meterId": f"{meter:08x}-0000-4000-8000-000000000000",
        "meterName": f"Meter {meter}",
        "meterRegion": "EU West",
        "meterSubCategory": f"Series {meter % 20}",
        "offerId": "MS-AZR-0017P",
        "partNumber": f"N9H-{meter:05}",
        "product": f"Virtual Machines - Meter {meter} - EU West",
        "productId": 0,
        "resourceGroup": group,
        "resourceGuid": f"{meter:08x}-0000-4000-8000-000000000000",
        "resourceLocation": "westeurope",
        "resourceLocationId": 0,
        "resourceRate": 0.0123456789,
        "serviceAdministratorId": "",
        "serviceInfo1": "",
        "serviceInfo2": "Canonical",
        "serviceName": "Virtual Machines",
        "serviceTier": f"Series {meter % 20}",
        "storeServiceIdentifier": "",
        "subscriptionGuid": f"00000000-0000-4000-8000-{subscription:012}",
        "subscriptionId": 0,
        "subscriptionName": f"Subscription {subscription}",
        "tags": f'{{"env":"prod","owner":"team-{meter % 7}"}}',
        "unitOfMeasure": "1 Hour",
    }


def json_page(link: str = "") -> bytes:
    """`PAGE` rows and a link to the next page."""
    return json.dumps({"id": "x", "data": rows(PAGE), "nextLink": link}).encode()


def csv_rows() -> tuple[bytes, bytes]:
    """The beginning of a download (mark, title, blank line, header), and `PAGE` rows of it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [name[0].upper() + name[1:] for name in rows(1)[0]])
    writer.writeheader()
    head = "\ufeffUsage of November\r\n\r\n" + text.getvalue()
    text.seek(0)
    text.truncate()
    writer.writerows({name[0].upper() + name[1:]: value for name, value in row.items()} for row in rows(PAGE))
    return head.encode(), text.getvalue().encode()


@contextmanager
def served(pages: int) -> Iterator[str]:
    """The address of a process that sends `pages` pages, and the same rows as one CSV download."""
    context = get_context("spawn")
    ready = context.SimpleQueue()
    process = context.Process(target=_serve, args=(pages, ready), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ready.get()}"
    finally:
        process.terminate()
        process.join()


def _serve(pages: int, ready: Any) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    (before, _, after), (head, block) = json_page("LINK").partition(b"LINK"), csv_rows()
    ready.put(port)
    while True:
        connection = listening.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = connection.makefile("rb")
        while line := asked.readline():
            while asked.readline() not in (b"\r\n", b""):
                pass
            path = line.split()[1].decode()
            if "download" in path:
                _send(connection, [head, *[block] * pages])
            elif "balancesummary" in path:
                _send(connection, [b'{"currencyCode": "EUR"}'])
            else:
                number = int(path.partition("?page=")[2] or 1)
                link = f"http://127.0.0.1:{port}/next?page={number + 1}" if number < pages else ""
                _send(connection, [before, link.encode(), after])


def _send(connection: socket.socket, parts: list[bytes]) -> None:
    length = sum(map(len, parts))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
    for part in parts:
        connection.sendall(part)


if __name__ == "__main__":
    sys.exit("this is a part of: make bench")
