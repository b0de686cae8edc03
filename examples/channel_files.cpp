// Files and whole texts through channels, with the references found wherever they stand in a
// payload. The engine's address comes from III_URL.
#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

namespace {

// Reads every stream of its input to the end, whatever it is called.
std::string join(const iii::ChannelOpener& opener, const iii::Json& input) {
  std::string joined;
  for (const auto& [path, ref] : iii::extract_channel_refs(input)) {
    if (ref.direction == iii::ChannelDirection::read) {
      iii::ChannelReader reader = opener.open_reader(ref);
      joined += path + ": " + reader.read_all() + '\n';
    }
  }
  return joined;
}

// Only the beginning. Whoever writes learns that nobody wants the rest.
std::string peek(iii::ChannelReader reader) {
  const std::string start = reader.next_binary().value_or("").substr(0, 4);
  reader.close();
  return start;
}

void write_report(iii::ChannelWriter writer) {
  const std::string path = std::filesystem::temp_directory_path() / "iii_report.txt";
  std::ofstream(path) << "from a file";
  writer.write_file(path);
  writer.close();
}

void write_numbers(iii::ChannelWriter writer) {
  writer.write_from([number = 0]() mutable -> std::optional<std::string> {
    return number == 5 ? std::nullopt : std::optional(std::to_string(number++));
  });
  writer.close();
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "files"});
  client.register_function("files::join", [opener = client.channel_opener()](const iii::Json& in) {
    return join(opener, in);
  });
  client.register_function("files::peek", [opener = client.channel_opener()](const iii::Json& in) {
    return peek(opener.open_reader(iii::from_json<iii::StreamChannelRef>(in).value()));
  });
  try {
    const iii::Channel report = client.create_channel();
    const iii::Channel numbers = client.create_channel();
    const iii::StreamChannelRef& second = numbers.reader_ref;
    auto joined = client.trigger_future(
        "files::join",
        {{"report", iii::to_json(report.reader_ref)}, {"more", {iii::to_json(second)}}}
    );
    write_report(report.writer);
    write_numbers(numbers.writer);
    std::cout << joined.get().as_string().c_str();

    iii::Channel book = client.create_channel();
    auto start = client.trigger_future("files::peek", iii::to_json(book.reader_ref));
    book.writer.write("Once upon a time");
    std::cout << start.get().as_string().c_str() << '\n';
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
  client.shutdown();
}
