// A worker process of the crowd, whoever speaks for it: a script or the SDK's conversation.
#pragma once

#include "simulation/network.hpp"

namespace iii::simulation {

class Participant : public PeerEnd {
 public:
  Participant() = default;
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;
  virtual ~Participant() = default;

  virtual void start() = 0;
  // Starts nothing new; what is unfinished is finished.
  virtual void become_calm() = 0;
  virtual void leave() = 0;
  // The process ends without a word and starts anew.
  virtual void restart() = 0;
  // Faults have stopped long ago: nothing may be left undone.
  virtual void check_quiet() const {}
  // And it has left.
  virtual void check_left() const {}
};

}  // namespace iii::simulation
