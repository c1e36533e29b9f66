"""Watch: what an officer on duty does with a telephone in one hand. Pure: `now_ms` comes in.

* `call`: a call, and what was said in it, fragment by fragment.
* `fragments`: typed text to fragments, each with what it was read as. `heard.toml` is its vocabulary.
* `wheres`, `whens`: places and times as people say them, read conservatively.
* `plotting`: the volume that the fragments add up to, and what it takes for granted.
* `climbing`: an alarm that goes from contact to contact until a person takes it.
* `asking`: the next question, and what to read back. `doubts`: what does not fit.
"""
