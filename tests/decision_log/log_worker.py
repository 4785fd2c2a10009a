"""A process that writes reviews and prints the number of each entry once it is durable: ADDRESS NAME COUNT AT_ONCE."""

import asyncio
import sys

from log_samples import KEY, answer, review

from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.writer import Writer


async def main(address: str, name: str, count: int, at_once: int) -> None:
    writer = Writer(DecisionLog.open(address, KEY))
    numbers = iter(range(count))

    async def one() -> None:
        for number in numbers:
            entry = review(number, hook=name)
            entry.body["cards"][0]["uuid"] = f"{name}-{number}"
            said = [await writer.write(entry)]
            if number % 5 == 0:
                said.append(await writer.write(answer(f"{name}-{number}")))
            for seq in said:
                sys.stdout.write(f"{seq} {name} {number}\n")
            sys.stdout.flush()

    await asyncio.gather(*(one() for _ in range(at_once)))
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
