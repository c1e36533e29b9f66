"""Takes: gives a command the options of a whole group, so that every command has them alike.

`@takes(node=reach_node)` replaces the parameter `node` of a command by the parameters of `reach_node`,
and calls the command with what `reach_node` returned.
"""

import functools
import inspect
from collections.abc import Callable

Command = Callable[..., None]


def takes(**makers: Callable[..., object]) -> Callable[[Command], Command]:
    """Replace each named parameter by the options of its maker."""

    def give(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True).parameters.values()
        asked = {
            name: inspect.signature(maker, eval_str=True).parameters.values()
            for name, maker in makers.items()
        }
        parameters = [parameter for parameter in own if parameter.name not in makers]
        parameters += [parameter for group in asked.values() for parameter in group]

        @functools.wraps(command)
        def run(**given: object) -> None:
            made = {
                name: maker(**{parameter.name: given.pop(parameter.name) for parameter in asked[name]})
                for name, maker in makers.items()
            }
            command(**given, **made)

        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
        del run.__wrapped__  # the options are those below, not the command's
        run.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined] # read by Typer
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return give
