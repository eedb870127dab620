"""What projects can become, and the steps that usually lead there: a start, which leaders change as they like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.translatable import N_


class Form(StrEnum):
    """A kind of finished piece."""

    FILM = "film"
    SONG = "song"
    STORY = "story"
    ZINE = "zine"
    PODCAST = "podcast"
    GAME = "game"
    PICTURE_BOOK = "picture_book"
    ANIMATION = "animation"
    EXHIBITION = "exhibition"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A step that usually is part of the way."""

    title: str
    text: str
    skills: tuple[str, ...] = ()
    """Codes of `remix.skills` that it needs."""


FORM_NAMES: Final[Mapping[Form, str]] = {
    Form.FILM: N_("Film"),
    Form.SONG: N_("Song"),
    Form.STORY: N_("Story"),
    Form.ZINE: N_("Zine"),
    Form.PODCAST: N_("Podcast"),
    Form.GAME: N_("Game"),
    Form.PICTURE_BOOK: N_("Picture book"),
    Form.ANIMATION: N_("Animation"),
    Form.EXHIBITION: N_("Exhibition"),
    Form.OTHER: N_("Something else"),
}

_WRITE: Final = StepPlan(N_("Write it"), N_("The story, from the first idea to a text that holds."), ("aut", "edt"))
_SCRIPT: Final = StepPlan(N_("Script"), N_("Scenes and dialogue that others can work from."), ("aus", "edt"))
_SOUND: Final = StepPlan(N_("Sound and music"), N_("What it sounds like: music, noises, silence."), ("cmp", "sds"))
_MIX: Final = StepPlan(N_("Mix"), N_("All tracks together, in balance."), ("arr", "sds"))
_COVER: Final = StepPlan(N_("Cover"), N_("One picture that makes people curious."), ("ill", "dsr"))
_LAYOUT: Final = StepPlan(N_("Layout"), N_("Text and pictures on pages, ready to be read or printed."), ("dsr", "edt"))
_TRANSLATE: Final = StepPlan(N_("Translations"), N_("Words for people who speak another language."), ("trl",))

PLANS: Final[Mapping[Form, tuple[StepPlan, ...]]] = {
    Form.FILM: (
        _SCRIPT,
        StepPlan(N_("Storyboard"), N_("What the camera sees, picture by picture."), ("ill",)),
        StepPlan(N_("Cast and places"), N_("Who plays, and where it happens."), ("act", "pht")),
        StepPlan(N_("Shoot"), N_("Every shot of the storyboard, filmed."), ("fmk", "act")),
        StepPlan(N_("Edit"), N_("The shots in their order and rhythm."), ("flm",)),
        _SOUND,
        StepPlan(N_("Subtitles"), N_("For those who cannot hear it, or speak another language."), ("trl",)),
    ),
    Form.SONG: (
        StepPlan(N_("Lyrics"), N_("The words, verse by verse."), ("lyr",)),
        StepPlan(N_("Melody"), N_("A tune that carries the words."), ("cmp", "mus")),
        StepPlan(N_("Arrangement"), N_("Which instruments play what."), ("arr",)),
        StepPlan(N_("Recording"), N_("Voices and instruments, each as a track of its own."), ("sng", "itr")),
        _MIX,
        _COVER,
    ),
    Form.STORY: (
        StepPlan(N_("Idea and outline"), N_("What happens to whom, in a page."), ("aut",)),
        _WRITE,
        StepPlan(N_("Edit"), N_("A second and a third pair of eyes on every line."), ("edt",)),
        StepPlan(N_("Illustrations"), N_("Pictures of the moments that matter."), ("ill",)),
        StepPlan(N_("Read aloud"), N_("A voice for those who would rather listen."), ("nrt",)),
        _TRANSLATE,
    ),
    Form.ZINE: (
        StepPlan(N_("Theme and call"), N_("What the issue is about, and what is welcome in it."), ("edt",)),
        StepPlan(N_("Texts"), N_("Stories, poems, essays, letters."), ("aut",)),
        StepPlan(N_("Pictures"), N_("Drawings, photographs, comics."), ("ill", "pht")),
        StepPlan(N_("Choose and edit"), N_("What is in it, in which order, and why."), ("edt",)),
        _LAYOUT,
        _COVER,
    ),
    Form.PODCAST: (
        StepPlan(N_("Questions"), N_("What the episode wants to find out, and from whom."), ("aut",)),
        StepPlan(N_("Recordings"), N_("Talks, voices and sounds from where it happens."), ("nrt", "vac")),
        StepPlan(N_("Music"), N_("How it begins, ends and breathes."), ("cmp", "mus")),
        StepPlan(N_("Cut and mix"), N_("From hours to an episode."), ("sds",)),
        StepPlan(N_("Transcript"), N_("Every word in writing, with who says it."), ("edt", "trl")),
        _COVER,
    ),
    Form.GAME: (
        StepPlan(N_("Idea and rules"), N_("What one does in it, and why that is fun."), ("aut", "dsr")),
        StepPlan(N_("First playable"), N_("Rough, small, and played by somebody else."), ("dsr",)),
        StepPlan(N_("Art"), N_("Characters, places and things."), ("ill", "anm")),
        _SOUND,
        StepPlan(N_("Words"), N_("What characters and signs say."), ("aut", "trl")),
        StepPlan(N_("Play and polish"), N_("Others play, and what they stumble over is mended."), ("edt",)),
    ),
    Form.PICTURE_BOOK: (
        _WRITE,
        StepPlan(N_("Characters"), N_("Who is in it, drawn so that others can draw them too."), ("ill",)),
        StepPlan(N_("Pages"), N_("A picture for each spread."), ("ill", "clr")),
        _LAYOUT,
        StepPlan(N_("Read aloud"), N_("A voice for those who would rather listen."), ("nrt",)),
        _TRANSLATE,
    ),
    Form.ANIMATION: (
        _SCRIPT,
        StepPlan(N_("Characters and worlds"), N_("Who is in it and where, from all sides."), ("ill", "dsr")),
        StepPlan(N_("Storyboard"), N_("What the camera sees, picture by picture."), ("ill",)),
        StepPlan(N_("Voices"), N_("Everybody who speaks in it."), ("vac",)),
        StepPlan(N_("Animate"), N_("Shot by shot, until it moves."), ("anm",)),
        StepPlan(N_("Colour"), N_("Light and colour for every shot."), ("clr",)),
        _SOUND,
        StepPlan(N_("Edit"), N_("The shots in their order and rhythm."), ("flm",)),
    ),
    Form.EXHIBITION: (
        StepPlan(N_("Theme and call"), N_("What is shown, and what is welcome."), ("edt",)),
        StepPlan(N_("Works"), N_("Pictures, sounds, films and texts that belong together."), ("ill", "pht", "fmk")),
        StepPlan(N_("Choose and hang"), N_("What stands beside what, and why."), ("dsr",)),
        StepPlan(N_("Words on the wall"), N_("A few sentences for each work."), ("aut", "trl")),
        _COVER,
    ),
    Form.OTHER: (
        StepPlan(N_("Collect ideas"), N_("Everything that could be in it.")),
        StepPlan(N_("Make the parts"), N_("Each part by whoever is good at it.")),
        StepPlan(N_("Put it together"), N_("From parts to one piece.")),
    ),
}
"""The steps that are offered for each form."""
