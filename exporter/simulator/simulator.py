"""The simulator: every service of the simulated company behind one TLS address."""

import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from exporter.simulator.b2c.routes import B2cReports
from exporter.simulator.cost_management.routes import CostManagement
from exporter.simulator.costs.book import CostBook
from exporter.simulator.ea.routes import EnterpriseReports
from exporter.simulator.graph.routes import MicrosoftGraph
from exporter.simulator.identity.issuing import Issuing
from exporter.simulator.identity.routes import ManagedIdentities
from exporter.simulator.login.assertions import Assertions
from exporter.simulator.login.grants import Grants
from exporter.simulator.login.pages import LoginPages
from exporter.simulator.login.routes import Login
from exporter.simulator.login.sign_ins import SignIns
from exporter.simulator.login.tokens import Tokens
from exporter.simulator.partner_center.routes import PartnerCenter
from exporter.simulator.server.answers import Refused, refusal
from exporter.simulator.server.faults.script import FaultLayer, Faults
from exporter.simulator.server.https import Server
from exporter.simulator.server.recorder import Received, Recorder
from exporter.simulator.storage.routes import Storage
from exporter.simulator.storage.store import Store
from exporter.simulator.switches import Switches
from exporter.simulator.world import B2cSize, World

NAMES = ("localhost", "127.0.0.1", "::1")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """The upstream of the exporter: login host, both Graphs, EA reporting, Partner Center, Azure Resource Manager.

    Storage and managed identities have addresses of their own.
    The certificate is issued by a certificate authority that is created at start and used by this
    simulator alone; `ca_file` is its PEM. A port that is taken raises OSError.
    """

    def __init__(
        self,
        seed: int = 1,
        clock: Callable[[], datetime] = _utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
        directory: Path | str | None = None,
        b2c_size: B2cSize | None = None,
    ) -> None:
        self.world = World(seed, clock, b2c_size or B2cSize())
        self.faults = Faults()
        self.switches = Switches()
        self.assertions = Assertions(clock)
        self.received: list[Received] = []
        self.blob_faults = Faults()
        self.blob_received: list[Received] = []
        self._ea = EnterpriseReports(self.world.ea, self.switches, lambda: self.blob_url)
        self.identity_faults = Faults()
        self.identity_received: list[Received] = []
        self._blobs: Server | None = None
        self._identities: Server | None = None
        self._clock = clock
        self._tokens = Tokens(clock)
        self.costs = CostBook(self.world, self.switches)
        self._cost_management = CostManagement(
            self.world, self._tokens, self.switches, self.costs, lambda: self.blob_url
        )
        self._graph = MicrosoftGraph(self.world, self._tokens, self.switches)
        self.exports = Store(self.world, self.switches, self.costs)
        self._storage = Storage(self.world, self._tokens, self.switches, self.exports)
        self._grants = Grants(self.world, clock)
        self._address = host, port
        self._directory = directory
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._server: Server | None = None
        self._ca_file: Path | None = None

    @property
    def url(self) -> str:
        """The address of every service: ``https://localhost:PORT``."""
        if self._server is None:
            raise RuntimeError("the simulator is not running")
        return f"https://localhost:{self._server.port}"

    @property
    def blob_url(self) -> str:
        """Where blobs are: another origin, behind the same certificate authority."""
        if self._blobs is None:
            raise RuntimeError("the simulator is not running")
        return f"https://localhost:{self._blobs.port}"

    @property
    def imds_url(self) -> str:
        """The metadata service of a virtual machine: ``http://127.0.0.1:PORT``, without TLS as on the machine."""
        if self._identities is None:
            raise RuntimeError("the simulator is not running")
        return f"http://127.0.0.1:{self._identities.port}"

    @property
    def identity_endpoint(self) -> str:
        """The ``IDENTITY_ENDPOINT`` of an App Service; its ``IDENTITY_HEADER`` is `world.azure.identity_header`."""
        return f"{self.imds_url}/msi/token"

    @property
    def blob_authorizations(self) -> list[str]:
        """Credentials that were sent to the blobs, where none belong."""
        reports = (self._ea.downloads, self._cost_management.files, self._storage)
        return [one for report in reports for one in report.authorizations]

    @property
    def ca_file(self) -> Path:
        """The certificate authority's PEM, for a client's `verify`."""
        if self._ca_file is None:
            raise RuntimeError("the simulator is not running")
        return self._ca_file

    def revoke_refresh_tokens(self) -> None:
        """Revoke every refresh token issued so far, as a changed password does (AADSTS50173)."""
        self._grants.end(50173)

    def demand_mfa(self) -> None:
        """Require another sign-in, with a second factor, of every user, as a new policy does (AADSTS50076)."""
        self._grants.end(50076)

    def reset_limits(self) -> None:
        """Forget the requests that count against Microsoft Graph's limits, as ten seconds without one do."""
        self._graph.reset_limits()

    def start(self) -> None:
        """Create the certificates; the services answer once this returns."""
        authority = trustme.CA()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*NAMES).configure_cert(tls)
        host, port = self._address
        self._server = Server(self._app(), tls=tls, host=host, port=port)
        self._blobs = Server(self._blob_app(), tls=tls, host=host, port=0)
        self._identities = Server(self._identity_app(), tls=None, host="127.0.0.1", port=0)
        if self._directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="simulator-")
        self._ca_file = Path(self._directory or self._temporary.name) / "ca.pem"  # type: ignore[union-attr]
        authority.cert_pem.write_to_path(str(self._ca_file))

    def close(self) -> None:
        """Stop serving and remove the temporary directory, if there is one."""
        servers = [*filter(None, (self._server, self._blobs, self._identities))]
        for server in servers:
            server.stop()
        for server in servers:
            server.close()
        if self._temporary is not None:
            self._temporary.cleanup()
        self._server = self._blobs = self._identities = self._temporary = self._ca_file = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _app(self) -> ASGIApp:
        world, switches = self.world, self.switches
        sign_ins = SignIns(self._clock)
        services = (
            Login(world, self._grants, sign_ins, self._tokens, switches, self.assertions, self._clock),
            LoginPages(world, self._grants, sign_ins, switches, self._clock),
            B2cReports(world.b2c, self._tokens, switches),
            self._ea,
            PartnerCenter(world.partner_center, self._tokens, switches),
            self._cost_management,
            self._graph,
        )
        routes = [route for service in services for route in service.routes()]
        app = Starlette(routes=routes, exception_handlers={Refused: refusal})
        return Recorder(FaultLayer(_single_slashes(app), self.faults), self.received, self._clock)

    def _blob_app(self) -> ASGIApp:
        routes = [*self._ea.downloads.blobs(), *self._cost_management.files.routes(), *self._storage.routes()]
        app = Starlette(routes=routes, exception_handlers={Refused: refusal})
        return Recorder(FaultLayer(app, self.blob_faults), self.blob_received, self._clock)

    def _identity_app(self) -> ASGIApp:
        identities = ManagedIdentities(Issuing(self.world, self._tokens, self.switches), self._clock)
        app = Starlette(routes=identities.routes(), exception_handlers={Refused: refusal})
        return Recorder(FaultLayer(app, self.identity_faults), self.identity_received, self._clock)


def _single_slashes(app: ASGIApp) -> ASGIApp:
    """Doubled slashes in paths count as one: clients that send them before ``usagedetails`` are answered."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = "/" + "/".join(part for part in scope["path"].split("/") if part)
        await app({**scope, "path": path}, receive, send)

    return answer
