package dev.objectdb.zeo;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.pem.util.PemUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS from files as Kubernetes mounts Secrets, which it replaces in place when they are rotated.
 *
 * <pre>
 *   directory  tls.crt (the chain, PEM)  tls.key (PKCS#8, PKCS#1 or SEC1, PEM, no password)
 *   clientCa   ca.crt  (of whose issuers clients' certificates have to be)
 * </pre>
 *
 * <p>A new link is made with what the files say at most a few seconds before; links that are open
 * go on with what they began with. Files that cannot be used, for example while only one of two was
 * replaced, change nothing: the former ones stay in use, and the log says so once.
 */
public final class MountedTls implements LinkSecurity {
  private static final Duration LOOK_PERIOD = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(MountedTls.class);

  private final Place place;
  private final LongSupplier nanoTime;
  private volatile Material material;
  private String complaint = "";
  private long looked;

  /** Whether clients show certificates. */
  public enum ClientAuth {
    NONE,
    /** Those that have one; it has to be good. */
    OPTIONAL,
    REQUIRE
  }

  /**
   * Where the files are.
   *
   * @param directory holds tls.crt and tls.key
   * @param clientCa holds ca.crt; empty where clients are not asked for certificates
   */
  public record Place(Path directory, ClientAuth clientAuth, Optional<Path> clientCa) {}

  /** What the files said, and what was made of it. */
  private record Material(List<String> files, SSLFactory factory) {}

  /**
   * Reads the files.
   *
   * @param nanoTime says when to look at them again
   * @throws IOException if they cannot be used; the message says why
   */
  public MountedTls(Place place, LongSupplier nanoTime) throws IOException {
    this.place = place;
    this.nanoTime = nanoTime;
    this.material = make(read());
    this.looked = nanoTime.getAsLong();
  }

  @Override
  public Socket over(Socket accepted) throws IOException {
    look();
    SSLFactory factory = material.factory();
    String client = accepted.getInetAddress().getHostAddress();
    SSLSocket secured =
        (SSLSocket)
            factory.getSslSocketFactory().createSocket(accepted, client, accepted.getPort(), true);
    secured.setUseClientMode(false);
    secured.setSSLParameters(factory.getSslParameters());
    return secured;
  }

  private synchronized void look() {
    if (nanoTime.getAsLong() - looked < LOOK_PERIOD.toNanos()) {
      return;
    }
    looked = nanoTime.getAsLong();
    try {
      List<String> files = read();
      if (!files.equals(material.files())) {
        material = make(files);
        LOG.atInfo().addKeyValue("directory", place.directory()).log("TLS files were replaced");
      }
      complaint = "";
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(complaint)) {
        complaint = why;
        LOG.atWarn().addKeyValue("why", why).log("the former TLS files stay in use");
      }
    }
  }

  private List<String> read() throws IOException {
    List<String> files = new ArrayList<>();
    for (Path path : paths()) {
      try {
        files.add(Files.readString(path, StandardCharsets.ISO_8859_1));
      } catch (NoSuchFileException e) {
        throw new IOException("there is no file " + path, e);
      }
    }
    return files;
  }

  private List<Path> paths() {
    Path certificate = place.directory().resolve("tls.crt");
    Path key = place.directory().resolve("tls.key");
    return place
        .clientCa()
        .map(directory -> List.of(certificate, key, directory.resolve("ca.crt")))
        .orElse(List.of(certificate, key));
  }

  private Material make(List<String> files) throws IOException {
    try {
      List<X509Certificate> chain = PemUtils.parseCertificate(files.get(0));
      PrivateKey key = PemUtils.parsePrivateKey(files.get(1));
      if (!belong(key, chain.getFirst())) {
        throw new IOException("tls.key is not the key of the first certificate in tls.crt");
      }
      SSLFactory.Builder builder =
          SSLFactory.builder()
              .withProtocols("TLSv1.3", "TLSv1.2")
              .withIdentityMaterial(key, null, chain);
      if (files.size() > 2) {
        builder.withTrustMaterial(PemUtils.parseTrustMaterial(files.get(2)));
      }
      switch (place.clientAuth()) {
        case NONE -> {}
        case OPTIONAL -> builder.withWantClientAuthentication();
        case REQUIRE -> builder.withNeedClientAuthentication();
      }
      return new Material(files, builder.build());
    } catch (GeneralSecurityException | RuntimeException e) { // the library's own, and its parsers'
      throw new IOException("tls.crt, tls.key or ca.crt is no PEM file of its kind", e);
    }
  }

  /** By trying them out: files of keys do not always hold the public half. */
  private static boolean belong(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            switch (key.getAlgorithm()) {
              case "RSA" -> "SHA256withRSA";
              case "EC", "ECDSA" -> "SHA256withECDSA";
              default -> key.getAlgorithm(); // those that have but one way, such as Ed25519
            });
    byte[] anything = {1};
    signature.initSign(key);
    signature.update(anything);
    byte[] signed = signature.sign();
    try {
      signature.initVerify(certificate.getPublicKey());
      signature.update(anything);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false; // another kind of key
    }
  }
}
