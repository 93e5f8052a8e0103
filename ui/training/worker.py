"""The thread that trains.  It knows no Qt; it obeys commands and answers through a mailbox."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from typing import TYPE_CHECKING

from engine.errors import UnfoldError
from ui.editing.step import Kind
from ui.projects.writer import ProjectWriter
from ui.training.mailbox import (
    Advance,
    Answer,
    Ask,
    Edit,
    EditWeights,
    Failure,
    Forget,
    Load,
    Play,
    Preparing,
    Problem,
    ProjectNotSaved,
    Refused,
    SaveProject,
    Stopped,
    Walk,
    is_overtaken,
)
from ui.training.run import Act, Run, Wish
from ui.training.warming import Warming
from ui.wording.faults import told

if TYPE_CHECKING:
    from engine.snapshot import FrameRequest
    from ui.training.mailbox import Command, Look, Mailbox, Report
    from ui.training.speed import Speed


class Worker:
    """Trains in chunks of about 5 ms between which it looks for commands.

    Its methods may be called from any thread and return at once, ``stop`` alone excepted.

    Parameters
    ----------
    mailbox : Mailbox
        Where frames and reports go.
    speed : Speed
        How fast to train at first.
    """

    def __init__(self, mailbox: Mailbox, speed: Speed) -> None:
        self._mailbox = mailbox
        self._thread = threading.Thread(target=self._work, name="unfold-worker", daemon=True)
        self._warming = Warming()
        self._writer = ProjectWriter(mailbox.put)
        self._serial = 0
        self._preparing = False

        # Shared, under the condition's lock.
        self._condition = threading.Condition()
        self._commands: deque[Command] = deque()
        self._wish: Wish | None = None
        self._speed = speed
        self._stopping = False

    def start(self) -> None:
        """Start the thread: only now are Numba and the kernels imported."""
        self._thread.start()

    def send(self, command: Command) -> None:
        """Put a command at the end of the queue."""
        with self._condition:
            self._commands.append(command)
            self._condition.notify()

    def ask(self, request: FrameRequest) -> None:
        """Ask for one frame as soon as there is something new to see."""
        with self._condition:
            self._wish = Wish(request, self._wish.since if self._wish else time.perf_counter())
            self._condition.notify()

    def set_speed(self, speed: Speed) -> None:
        """Train at another speed from now on."""
        with self._condition:
            self._speed = speed
            self._condition.notify()

    def stop(self) -> None:
        """End the thread and wait until it has ended: a chunk at most, or what is compiled or written."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._warming.stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._writer.stop()

    # -- the thread

    def _work(self) -> None:
        try:
            run = self._prepared()
        except Exception:
            self._mailbox.put(Failure(traceback.format_exc()))
            self._refuse()
            return
        while self._wait(run):
            try:
                self._turn(run)
            except UnfoldError as error:
                self._end_play(run)
                self._mailbox.put(Problem(error))
            except Exception:
                self._end_play(run)
                self._mailbox.put(Failure(traceback.format_exc()))

        self._save_what_waits(run)

    def _refuse(self) -> None:
        """Answer who waits for an answer that there is no engine."""
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._stopping or self._commands)
                if self._stopping:
                    return
                command = self._commands.popleft()
            if isinstance(command, SaveProject):
                why = "the engine did not start, so there are no weights to save"
                self._mailbox.put(ProjectNotSaved(command.ticket, command.path, (why,)))
            elif isinstance(command, Ask):
                none = UnfoldError("the engine did not start, so there is no network")
                self._mailbox.put(Answer(command.ticket, None, none))

    def _save_what_waits(self, run: Run) -> None:
        """Obey what stands before a save that was asked for just before the end, and that save.

        Where there is no network yet none is made any more: that may mean to compile the engine first.
        """
        with self._condition:
            commands = tuple(self._commands)
            self._commands.clear()
        saves = [i for i, command in enumerate(commands) if isinstance(command, SaveProject)]
        for command in commands[: saves[-1] + 1] if saves else ():
            if isinstance(command, Load) and run.trainer is None:
                run.hold(command.project)
            elif isinstance(command, SaveProject) or (
                isinstance(command, Load | Edit | EditWeights) and run.trainer is not None
            ):
                try:
                    self._obey(run, command)
                except Exception:  # nobody is there any more to whom it could be told
                    logging.getLogger(__name__).exception("at the end")

    def _prepared(self) -> Run:
        """Import the engine; where its kernels are not on disk yet, a child process compiles them."""
        # Numba takes half a second to import: only here, in this thread.
        from engine.trainer import Trainer, is_warm

        if not is_warm():
            self._preparing = True
            self._mailbox.put(Preparing("child"))
            if not self._warming.run(is_warm) and not self._stopping:
                self._mailbox.put(Preparing("here"))
        return Run(Trainer)

    def _wait(self, run: Run) -> bool:
        """Sleep until there is work; return False at the end."""
        with self._condition:
            while not self._stopping and not self._commands:
                act, seconds = run.plan(self._wish, self._speed)
                if act is not Act.WAIT:
                    break
                self._condition.wait(seconds)
            return not self._stopping

    def _turn(self, run: Run) -> None:
        """Obey one command, or train a chunk, or deliver a frame."""
        with self._condition:
            command = self._next_command()
            wish, speed = self._wish, self._speed
            act = Act.WAIT if command else run.plan(wish, speed).act
            if act is Act.SHOW:
                self._wish = None
        if isinstance(command, EditWeights | Walk):
            try:
                self._obey(run, command)
            except UnfoldError as error:  # it has left the run as it was: training goes on
                self._mailbox.put(Problem(error))
        elif command is not None:
            self._obey(run, command)
        elif act is Act.SHOW and wish is not None:
            self._mailbox.put(run.frame(wish.request))
            if self._preparing:
                self._preparing = False
                self._mailbox.put(Preparing(""))
        elif act is Act.TRAIN and not run.train(speed):
            self._end_play(run)

    def _next_command(self) -> Command | None:
        """Take the first command, skipping edits that others have overtaken, as happens in a drag."""
        command = self._commands.popleft() if self._commands else None
        while command is not None and self._commands and is_overtaken(command, self._commands[0]):
            command = self._commands.popleft()
        return command

    def _obey(self, run: Run, command: Command) -> None:
        match command:
            case Load(experiment, generation, project):
                run.load(experiment, generation, project)
            case Edit():
                self._tell(run.edit(command))
            case EditWeights():
                self._edit_weights(run, command)
            case Forget(serials):
                run.checkpoints.forget(serials)
            case Play(running, serial):
                self._serial = serial
                run.play(running)
            case Advance(epoch):
                run.step(epoch)
            case Ask(ticket, look):
                self._mailbox.put(self._answer(run, ticket, look))
            case SaveProject():
                self._save(run, command)
            case Walk(request):
                self._tell(run.walk(request))

    def _save(self, run: Run, command: SaveProject) -> None:
        """Take the run as it stands; writing it is another thread's business."""
        try:
            project = run.project(command.experiment, command.window, command.rescue)
        except UnfoldError as error:
            self._tell(ProjectNotSaved(command.ticket, command.path, error.problems))
            return
        except Exception as error:  # whoever closes the window waits for an answer
            self._tell(Failure(traceback.format_exc()))
            why = f"{command.path}: {type(error).__name__}: {error}"
            self._tell(ProjectNotSaved(command.ticket, command.path, (why,)))
            return
        self._writer.write(command, project)

    def _edit_weights(self, run: Run, command: EditWeights) -> None:
        try:
            self._tell(run.edit_weights(command))
        except UnfoldError:
            step = command.step
            if step.kind is Kind.REDO:  # nothing of it is done any more
                run.checkpoints.forget((step.serial,))
            if not run.checkpoints.knows(step.serial):  # else a drag has gone too far
                self._mailbox.put(Refused(step.serial, command.edit))
            raise

    def _answer(self, run: Run, ticket: int, look: Look) -> Answer:
        if run.trainer is None:
            return Answer(ticket, None, UnfoldError("there is no network yet"))
        try:
            return Answer(ticket, look(run.trainer, run.history))
        except Exception as error:  # it has left the run as it was: training goes on
            return Answer(ticket, None, told(error))

    def _tell(self, report: Report | None) -> None:
        if report is not None:
            self._mailbox.put(report)

    def _end_play(self, run: Run) -> None:
        if run.running:
            run.play(False)
            self._mailbox.put(Stopped(self._serial))
