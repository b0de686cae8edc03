"""The price list: a worker on the official Python package.

It serves prices::quote, which asks the depot (a C++ worker) how much is left: what is scarce is
dearer. Then it places two orders with the shop (a Node worker), so that each order goes from Python
to Node to Python to C++.
"""

import logging
import sys

from iii import InitOptions, register_worker

logging.disable(logging.CRITICAL)

PRICES = {"apple": 0.35, "pear": 0.8}


def tell(text):
    print(f"  Python  {text}", flush=True)


prices = register_worker(sys.argv[1], InitOptions(worker_name="prices"))


async def quote(order):
    item, count = order["item"], order["count"]
    tell(f'prices::quote is asked for {count} x "{item}" and asks depot::stock, a C++ function')
    stock = await prices.trigger_async({"function_id": "depot::stock", "payload": {"item": item}})
    price = PRICES[item] * (2 if stock["left"] < 5 else 1)
    return {"total": round(price * count, 2)}


prices.register_function("prices::quote", quote)

for order in ({"item": "apple", "count": 4}, {"item": "pear", "count": 5}):
    tell(f"orders {order['count']} x \"{order['item']}\" at shop::order, a Node function")
    answer = prices.trigger({"function_id": "shop::order", "payload": order})
    tell(f"got the answer {answer}")

prices.shutdown()
