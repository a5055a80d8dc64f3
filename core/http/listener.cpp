#include "http/listener.hpp"

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <fcntl.h>

#include <cerrno>

namespace colibri::http {
namespace {

constexpr int kBacklog = 1024;

Error asError(const std::string& where, const Poco::Exception& e) {
  switch (e.code()) {
    case EADDRINUSE:
      return {Errc::conflict, where + " is in use by another program"};
    case EACCES:
      return {Errc::forbidden, "this user may not listen on " + where};
    case EADDRNOTAVAIL:
      return {Errc::invalidArgument, where + " is no address of this machine"};
    default:
      return {Errc::unavailable, "cannot listen on " + where + ": " + e.displayText()};
  }
}

}  // namespace

Result<Listener> listenOn(const std::string& host, std::uint16_t port, bool shared) {
  const auto where = host + ":" + std::to_string(port);
  try {
    const Poco::Net::SocketAddress address(host, port);
    Poco::Net::ServerSocket server;
    server.bind(address, true, shared);
    server.setNoDelay(true);
    server.setBlocking(false);
    server.listen(kBacklog);
    // Poco's accept neither sets close-on-exec nor reports an error but by exception, so the loop
    // accepts by itself, on a descriptor of its own.
    Listener listener{UniqueFd(::fcntl(server.impl()->sockfd(), F_DUPFD_CLOEXEC, 0)),
                      server.address().port()};
    if (!listener.socket) return Error{Errc::unavailable, "out of file descriptors"};
    return listener;
  } catch (const Poco::Net::HostNotFoundException&) {
    return Error{Errc::invalidArgument, "no such host: " + host};
  } catch (const Poco::Net::DNSException& e) {
    return Error{Errc::invalidArgument, "cannot resolve " + host + ": " + e.displayText()};
  } catch (const Poco::Exception& e) {
    return asError(where, e);
  }
}

}  // namespace colibri::http
