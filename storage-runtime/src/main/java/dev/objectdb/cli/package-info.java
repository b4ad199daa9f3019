/**
 * The command {@code objectdb}: one class per verb.
 *
 * <pre>
 *   objectdb serve            the server, configured by its environment; what runs in a pod
 *   objectdb schema apply     makes or updates the tables; what runs in the operator's Job
 *   objectdb up -f FILE       everything that an ObjectDatabase describes, on this machine
 *   objectdb status, shell, report     about a database on a cluster; kubectl objectdb is the same
 *
 *   up:  ResourceFile ─▶ ResourceCheck (CrdSchema: defaults ─▶ SchemaRules ─▶ CelRules)
 *             │
 *             ├─ embedded:  DataDirectory (lock) ─▶ PostgresBinaries ─▶ EmbeddedPostgres ─┐
 *             └─ secretRef: SecretDocument ───────────────────────────────────────────────┴▶ server
 *
 *   status, shell, report:  ClusterDatabase (kubeconfig) ─▶ Facts ─▶ StatusScreen, Shell, Report
 * </pre>
 *
 * <p>Exit codes: 0 done, 1 it failed, 2 what was asked cannot be done as it was asked; 130 and 143
 * after Ctrl-C and SIGTERM, when everything that was started has been stopped.
 *
 * <p>A user's mistake is a {@link dev.objectdb.server.ConfigException}: one line on the error
 * output that says what is wrong with what and what to do. A stack trace is a bug of ours.
 */
@NullMarked
package dev.objectdb.cli;

import org.jspecify.annotations.NullMarked;
