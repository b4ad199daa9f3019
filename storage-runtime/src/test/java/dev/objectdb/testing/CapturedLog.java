package dev.objectdb.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * What this program logs while a test looks, as an operator of a server sees it: INFO and above.
 * Nothing of it goes to the test's own output.
 */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.objectdb");
  private final List<String> lines = new CopyOnWriteArrayList<>();

  public CapturedLog() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    setContext(logger.getLoggerContext());
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(
        "%s %s %s %s"
            .formatted(
                event.getLevel(),
                event.getFormattedMessage(),
                event.getKeyValuePairs() == null ? "" : event.getKeyValuePairs(),
                event.getThrowableProxy() == null
                    ? ""
                    : ThrowableProxyUtil.asString(event.getThrowableProxy())));
  }

  /** One text per event: level, message, key/values, and the exception with its causes. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(null); // as configured for all
    stop();
  }
}
