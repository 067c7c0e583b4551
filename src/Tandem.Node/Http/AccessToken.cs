using System.Security.Cryptography;
using System.Text;
using Tandem.Node.ConfigurationFiles;

namespace Tandem.Node.Http;

/// <summary>The one key to the API: in the file <c>token</c> of the data directory, for its owner only, made at the first start.</summary>
public sealed class AccessToken
{
    readonly byte[] _hash;

    AccessToken(string token) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "token");

    public static AccessToken Open(string dataDirectory)
    {
        string path = PathIn(dataDirectory);
        if (!File.Exists(path)) PrivateFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        string token = File.ReadAllText(path).Trim();
        if (token.Length < 32) throw new NodeException($"{path} holds no token (32 characters or more): remove the file, and the next start makes a new one");
        return new AccessToken(token);
    }

    /// <summary>Takes the same time for every wrong token, whatever its length.</summary>
    public bool Is(ReadOnlySpan<char> token)
    {
        Span<byte> given = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(token.ToString()), given);
        return CryptographicOperations.FixedTimeEquals(given, _hash);
    }
}
