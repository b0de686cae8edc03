// A stream from one function to another, past the calls: the reference travels in a payload, the
// bytes and a text after them through the channel.
#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/trigger.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

struct Stream {
  iii::StreamChannelRef numbers;
};
III_DESCRIBE(Stream, numbers)

// The consumer: whoever it is that has the reference.
std::string count(iii::ChannelReader reader) {
  std::string checksum;
  reader.on_message([&checksum](const std::string& text) { checksum = text; });
  std::size_t bytes = 0;
  while (const auto piece = reader.next_binary()) {
    bytes += piece->size();
  }
  return std::to_string(bytes) + " bytes, " + checksum;
}

// The producer: waits whenever the consumer is slow.
void produce(iii::ChannelWriter writer) {
  for (int number = 0; number < 100'000; ++number) {
    writer.write(std::to_string(number) + "\n");
  }
  writer.send_message("sum 4999950000");
  writer.close();
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker();
  client.register_function("numbers::count", [opener = client.channel_opener()](const Stream& in) {
    return count(opener.open_reader(in.numbers));
  });
  try {
    const iii::Channel channel = client.create_channel();
    const iii::TriggerRequest request{
        .function_id = "numbers::count",
        .payload = iii::to_json(Stream{.numbers = channel.reader_ref}),
    };
    auto counted = client.trigger_future(request);
    produce(channel.writer);
    std::cout << iii::serialize(counted.get()) << '\n';
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
  client.shutdown();
}
