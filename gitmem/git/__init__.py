"""The repository as git has it, and the one environment to run git in."""
