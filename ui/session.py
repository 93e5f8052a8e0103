"""The running network, as the window sees it: commands to the worker, frames and reports from it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.changes import Change, classify
from engine.snapshot import FrameRequest
from engine.weight_edits import ResetWeights
from ui.editing.step import Kind
from ui.training.mailbox import (
    Advance,
    Answer,
    Ask,
    Edit,
    EditWeights,
    Failure,
    Forget,
    Load,
    Mailbox,
    Play,
    Preparing,
    Problem,
    ProjectNotSaved,
    ProjectSaved,
    Refused,
    SaveProject,
    Stopped,
    Walk,
    Walked,
    WeightsKept,
    WeightsLost,
    WeightsRestored,
)
from ui.training.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from engine.experiment import Experiment
    from engine.files.projects.project import Project
    from engine.snapshot import Frame
    from engine.walkthrough import Request
    from engine.weight_edits import WeightEdit
    from ui.editing.step import Step
    from ui.training.mailbox import Look, Report
    from ui.training.speed import Speed

FRAME_SECONDS = 0.016  # a little less than a sixtieth, so that a late frame leaves sixty a second


class Session(QObject):
    """Trains in a thread of its own; never blocks the caller, ``stop`` alone excepted.

    A frame of an older generation is dropped here and nowhere else.  The generation changes with every
    edit after which a view could not draw an older frame, or should not.

    Parameters
    ----------
    speed : Speed
        How fast to train at first.
    parent : QObject, optional
        The owner.
    """

    frameReady = Signal(object)
    """A Frame to paint."""
    waitingChanged = Signal(bool)
    """Whether a command waits for the engine to be ready, and goes on by itself then."""
    runningChanged = Signal(bool)
    """Training has begun or paused, also by itself where it diverged or a stop rule holds."""
    preparingChanged = Signal(bool, str)
    """The engine is not ready (True, and what to tell the user) or ready (False)."""
    weightsKept = Signal(object)
    """An edit has drawn or dropped weights: the Kept of all of them."""
    weightsRestored = Signal(int)
    """An undo or a redo has brought the weights back as they were at this epoch."""
    weightsLost = Signal()
    """An undo could not bring the weights back: there had been no room to keep them."""
    weightsRefused = Signal(int, object)
    """This WeightEdit of the command with this serial was not possible; a problemFound comes along."""
    projectSaved = Signal(object)
    """A project was written: the ProjectSaved."""
    projectNotSaved = Signal(object)
    """A project was not written, and the file is as it was: the ProjectNotSaved."""
    walked = Signal(object)
    """A Walkthrough that was asked for."""
    problemFound = Signal(object)
    """An UnfoldError: what was asked for could not be done."""
    failed = Signal(str)
    """A fault of the program: its traceback."""

    _woken = Signal()

    def __init__(self, speed: Speed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self._woken.emit)
        self._reports: deque[Report] = deque()  # taken, and not told yet
        self._frame: Frame | None = None  # the newest that was taken, and not shown yet
        self._worker = Worker(self._mailbox, speed)
        # Queued: the worker emits, the window's thread takes.
        self._woken.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._request = FrameRequest()
        self._wanting: dict[str, set[str]] = {}  # who wants which extras of a frame
        self._ticket = 0
        self._asking: dict[int, Callable[[Any], object]] = {}  # what to do with an answer, by ticket
        self._generation = 0
        self._is_ready = False  # a frame has been shown
        self._wishes: list[Callable[[], object]] = []  # what to do then
        self._running = False
        self._serial = 0
        self._asked = False
        self._stopped = False
        self._due = 0.0
        self._clock = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._ask)

    @property
    def asked_for(self) -> FrameRequest:
        """What the frames to come show."""
        return self._request

    @property
    def running(self) -> bool:
        """Whether it trains, or will as soon as it can."""
        return self._running

    def start(self) -> None:
        """Start the worker; commands given before wait for it."""
        self._worker.start()
        self._ask()

    def stop(self) -> None:
        """End the worker and wait for it; no signal is emitted afterwards, and what was to be saved is."""
        self._stopped = True
        self._clock.stop()
        self._worker.stop()

    def load(self, experiment: Experiment, project: Project | None = None) -> None:
        """Train another document from its initial weights, or from where its project stands; paused."""
        self.set_running(False)
        self._generation += 1
        self._worker.send(Load(experiment, self._generation, project))

    def edit(self, old: Experiment, new: Experiment, step: Step) -> None:
        """Go on with an edited experiment; undo and redo bring the weights back as they were."""
        # Not for every edit: a slider that is dragged would outrun all frames.
        if step.kind is not Kind.DO or classify(old, new) is Change.REBUILD or _shape(old) != _shape(new):
            self._generation += 1
        self._worker.send(Edit(old, new, self._generation, step))

    def edit_weights(self, edit: WeightEdit, step: Step) -> None:
        """Edit the weights; training goes on if it was under way."""
        if step.kind is not Kind.DO or isinstance(edit, ResetWeights):
            self._generation += 1
        self._worker.send(EditWeights(edit, self._generation, step))

    def forget(self, serials: tuple[int, ...]) -> None:
        """Drop what was kept for commands that can no longer be undone or redone."""
        self._worker.send(Forget(serials))

    def set_running(self, running: bool) -> None:
        """Train or pause."""
        if running == self._running:
            return
        self._running = running
        self._serial += 1
        self._worker.send(Play(running, self._serial))
        if not running:
            self._end_clock()
        self.runningChanged.emit(running)

    @Slot()
    def pause(self) -> None:
        """Stop training."""
        self.set_running(False)

    def step_batch(self) -> None:
        """Pause, and train one batch."""
        self.set_running(False)
        self._worker.send(Advance(epoch=False))

    def step_epoch(self) -> None:
        """Pause, and train to the end of the epoch."""
        self.set_running(False)
        self._worker.send(Advance(epoch=True))

    def set_speed(self, speed: Speed) -> None:
        """Train at another speed from now on."""
        self._worker.set_speed(speed)

    def set_request(self, request: FrameRequest) -> None:
        """Change what the frames show."""
        self._request = request
        if self._asked:
            self._worker.ask(request)

    def request(self, **changes: Any) -> None:
        """Change some of what the frames show, by the names of FrameRequest."""
        self.set_request(replace(self._request, **changes))

    def want(self, who: str, **kinds: bool) -> None:
        """Let frames bring gradients or statistics as long as somebody wants them.

        Parameters
        ----------
        who : str
            Who wants them, or no longer does.
        **kinds : bool
            Names of FrameRequest's flags, and whether they are wanted.
        """
        for kind, wanted in kinds.items():
            wanting = self._wanting.setdefault(kind, set())
            (wanting.add if wanted else wanting.discard)(who)
            self.request(**{kind: bool(wanting)})

    def ask(self, look: Look, then: Callable[[Any], object]) -> None:
        """Look at the run between two chunks of training.

        Parameters
        ----------
        look : callable
            Given the trainer and the curves in the worker's thread; what it returns crosses threads, so
            nothing in it may change later.
        then : callable
            Given in this thread what ``look`` has returned.  Where that raised an UnfoldError or an OSError,
            problemFound tells instead, and failed where it raised anything else.
        """
        self._ticket += 1
        self._asking[self._ticket] = then
        self._worker.send(Ask(self._ticket, look))

    def when_ready(self, act: Callable[[], object]) -> None:
        """Do something for which there must be a network and its pictures: now, or with the first frame.

        Parameters
        ----------
        act : callable
            What to do; once, however often it was asked for meanwhile.  Where the engine does not start it
            is not done, and problemFound tells why.
        """
        if self._is_ready:
            act()
        elif act not in self._wishes:
            self._wishes.append(act)
            self.ask(lambda _trainer, _history: None, lambda _nothing: None)
            self.waitingChanged.emit(True)

    def save_project(
        self, path: Path, experiment: Experiment, window: Mapping[str, Any], *, rescue: bool = False
    ) -> int:
        """Write the run as it stands; projectSaved or projectNotSaved tells the end of it.

        Parameters
        ----------
        path : Path
            The file.
        experiment : Experiment
            The document.
        window : mapping
            View settings, as JSON has them.
        rescue : bool
            Write the experiment alone where there is no network of it.

        Returns
        -------
        int
            The ticket that the answer has.
        """
        self._ticket += 1
        self._worker.send(SaveProject(path, experiment, window, self._ticket, rescue))
        return self._ticket

    def walk(self, request: Request) -> None:
        """Walk one sample through the network; walked or problemFound tells the end of it."""
        self._worker.send(Walk(request))

    def _ask(self) -> None:
        """Ask for a frame; where nothing is new the worker keeps the wish."""
        self._asked = True
        self._worker.ask(self._request)

    def _end_clock(self) -> None:
        """Leave the wish for a frame with the worker: nothing runs in this thread while paused."""
        if self._clock.isActive():
            self._clock.stop()
            self._ask()

    @Slot()
    def _take(self) -> None:
        if self._stopped:
            return
        frame, reports = self._mailbox.take()
        self._reports += reports
        self._frame = frame or self._frame
        # Who is told may open a dialog, whose loop comes here for newer ones: those come behind these, and
        # of the frames only the newest is shown.
        while self._reports:
            self._tell(self._reports.popleft())
        frame, self._frame = self._frame, None
        if frame is None:
            return
        self._asked = False
        if frame.generation != self._generation:
            self._ask()
            return
        self.frameReady.emit(frame)
        self._is_ready = True
        if self._running:
            now = time.perf_counter()
            # A frame that came a little late does not put off all that follow.
            self._due = max(now - FRAME_SECONDS, self._due + FRAME_SECONDS)
            self._clock.start(max(0, round((self._due - now) * 1000)))
        else:
            self._ask()
        for act in self._end_waiting():  # last: they may open dialogs
            act()

    def _end_waiting(self) -> list[Callable[[], object]]:
        """Return what has waited for the engine."""
        wishes, self._wishes = self._wishes, []
        if wishes:
            self.waitingChanged.emit(False)
        return wishes

    def _tell(self, report: Report) -> None:
        match report:
            case Stopped(serial):
                if serial == self._serial and self._running:
                    self._running = False
                    self._end_clock()
                    self.runningChanged.emit(False)
            case Preparing(how):
                texts = {
                    "child": self.tr("Preparing the engine (first start only)…"),
                    "here": self.tr(
                        "Preparing the engine in this window, which may hesitate (first start only)…"
                    ),
                }
                self.preparingChanged.emit(bool(how), texts.get(how, ""))
            case Problem(error):
                self.problemFound.emit(error)
            case Failure(trace):
                self.failed.emit(trace)
            case ProjectSaved():
                self.projectSaved.emit(report)
            case ProjectNotSaved():
                self.projectNotSaved.emit(report)
            case WeightsKept(kept):
                self.weightsKept.emit(kept)
            case WeightsRestored(epoch):
                self.weightsRestored.emit(epoch)
            case WeightsLost():
                self.weightsLost.emit()
            case Refused(serial, edit):
                self.weightsRefused.emit(serial, edit)
            case Walked(walkthrough):
                self.walked.emit(walkthrough)
            case Answer(ticket, found, error):
                then = self._asking.pop(ticket)
                if error is not None and not self._is_ready:
                    self._end_waiting()  # in vain
                if error is None:
                    then(found)
                elif isinstance(error, str):
                    self.failed.emit(error)
                else:
                    self.problemFound.emit(error)


def _shape(experiment: Experiment) -> tuple[int, ...]:
    """Return the units of every layer, the features first; the outputs only change with the problem."""
    return (len(experiment.features), *(layer.units for layer in experiment.network.layers))
