import { failure, type Failure } from '../../core/models/failure.ts';

const CERTIFICATE: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate was issued by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate was issued by an authority that is not known here',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was issued by an authority that is not known here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
};

const TLS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired (is the clock of this machine right?)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (is the clock of this machine right?)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  EPROTO: 'it does not speak TLS as expected (is it an http address?)',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS (is it an http address?)',
};

const PLAIN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up; is there a network?',
  ENETUNREACH: 'there is no network to it',
  EHOSTUNREACH: 'there is no way to the host',
  ETIMEDOUT: 'it did not answer in time',
  ECONNRESET: 'it closed the connection before answering',
  EPIPE: 'it closed the connection before answering',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP',
  ERR_PROXY_TUNNEL: 'the proxy did not open a tunnel',
};

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Whether the server's certificate could not be traced to a known authority: the system's own store may know it. */
export function isCertificateError(error: unknown): boolean {
  return codeOf(error) in CERTIFICATE;
}

/** Why there was no answer at all, in words. Never repeats the error's own text, which can hold what was sent. */
export function connectionFailure(error: unknown, url: URL, proxy: string | null): Failure {
  const code = codeOf(error);
  const through = proxy ? ` through the proxy ${proxy}` : '';
  const trust = CERTIFICATE[code];
  if (trust) {
    return failure(
      'model_unreachable',
      `${url.host} cannot be trusted${through}: ${trust}. If it is your company's, name its file in NODE_EXTRA_CA_CERTS.`,
    );
  }
  const tls = TLS[code];
  if (tls) return failure('model_unreachable', `No secure connection to ${url.host}${through}: ${tls}.`);
  const kind = PLAIN[code] ?? (code.startsWith('HPE_') ? 'it does not speak HTTP' : `the connection failed${code ? ` (${code})` : ''}`);
  return failure('model_unreachable', `Cannot reach ${url.host}${through}: ${kind}.`);
}
