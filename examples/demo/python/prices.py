"""The price list: a worker on the official Python package.

It serves prices::quote, which asks the shop (a Node worker) whether there is enough in stock. Then
it places two orders with the shop, so that each call goes from Python to Node to Python to Node.
"""

import logging
import sys

from iii import InitOptions, register_worker

logging.disable(logging.CRITICAL)  # The refused order is part of the demo, its traceback is not.

PRICES = {"apple": 0.35, "pear": 0.8}


def tell(text):
    print(f"  Python  {text}", flush=True)


prices = register_worker(sys.argv[1], InitOptions(worker_name="prices"))


async def quote(order):
    item, count = order["item"], order["count"]
    tell(f'prices::quote is asked for {count} x "{item}" and asks shop::stock, a Node function')
    stock = await prices.trigger_async({"function_id": "shop::stock", "payload": {"item": item}})
    if stock["left"] < count:
        raise ValueError(f"only {stock['left']} x {item} left")
    return {"total": round(PRICES[item] * count, 2)}


prices.register_function("prices::quote", quote)

for order in ({"item": "apple", "count": 4}, {"item": "pear", "count": 5}):
    tell(f"orders {order['count']} x \"{order['item']}\" at shop::order, a Node function")
    answer = prices.trigger({"function_id": "shop::order", "payload": order})
    tell(f"got the answer {answer}")

prices.shutdown()
