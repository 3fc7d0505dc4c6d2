using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sightglass.Server.Tests.Access.Oidc;

/// <summary>A pair of keys of a provider, for RSA and for elliptic curves, under one name.</summary>
internal sealed class TestKey(string id, int bits = 2048) : IDisposable
{
    private readonly RSA _rsa = RSA.Create(bits);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Id => id;

    /// <summary>Gets or sets whether it is named as a key of elliptic curves.</summary>
    public bool IsCurve { get; init; }

    public JsonObject Describe()
    {
        if (!IsCurve)
        {
            var parameters = _rsa.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) };
        }

        var point = _curve.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = id, ["use"] = "sig", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    public string Sign(string algorithm, byte[] text) => Base64Url.EncodeToString(algorithm switch
    {
        "RS256" => _rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "RS384" => _rsa.SignData(text, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        "PS256" => _rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => _curve.SignData(text, HashAlgorithmName.SHA256),

        // The old trick: the public key, taken for a secret that both know.
        "HS256" => HMACSHA256.HashData(_rsa.ExportSubjectPublicKeyInfo(), text),
        _ => [],
    });

    public void Dispose()
    {
        _rsa.Dispose();
        _curve.Dispose();
    }
}
