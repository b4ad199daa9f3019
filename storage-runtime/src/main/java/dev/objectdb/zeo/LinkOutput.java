package dev.objectdb.zeo;

/**
 * Where a link's answers go.
 *
 * @param readOnly the client registered for reading only
 */
record LinkOutput(Outbound outbound, LinkFeed feed, Replier replier, boolean readOnly) {}
