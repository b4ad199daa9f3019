package dev.objectdb.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/** Logging for somebody who looks at a terminal, in place of a server's JSON. */
final class TerminalLog {
  private TerminalLog() {}

  static void install() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(
          Objects.requireNonNull(TerminalLog.class.getResource("logback-terminal.xml")));
    } catch (JoranException e) {
      throw new IllegalStateException("the build's own configuration of logging is wrong", e);
    }
  }
}
