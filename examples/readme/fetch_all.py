# The Python twin of examples/readme/fetch_all.cpp
# [readme]
import asyncio, sys
import aiohttp


async def size_of(session, url):
    async with session.get(url) as response:
        return len(await response.read())


async def fetch_all(urls):
    async with aiohttp.ClientSession() as session:
        pages = [size_of(session, url) for url in urls]
        for size in await asyncio.gather(*pages):
            print(size, "bytes")


asyncio.run(fetch_all(sys.argv[1:]))
# [readme]
