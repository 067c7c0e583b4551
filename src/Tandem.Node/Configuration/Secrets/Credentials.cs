using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace Tandem.Node.ConfigurationFiles;

/// <summary>What a registrar needs to check a digest (RFC 7616 §3.4.2): hashes of user, realm and password, in lower-case hex.</summary>
public sealed record DigestSecrets(string Md5, string Sha256);

/// <summary>
/// Seals phones' credentials under the instance's key, so that the journal, snapshots and archives never hold one in
/// clear. Equal credentials give equal bytes: applying the same file again changes nothing.
/// </summary>
public sealed class Credentials
{
    // Sealed: format (1 byte), nonce, both hashes encrypted, tag.
    const byte Format = 1;
    const int NonceSize = 12, Md5Size = 16, PlainSize = Md5Size + 32, TagSize = 16;
    const int SealedSize = 1 + NonceSize + PlainSize + TagSize;
    const int KeySize = 32;

    readonly byte[] _encryptionKey, _nonceKey;

    public Credentials(ReadOnlySpan<byte> instanceKey)
    {
        _encryptionKey = Derive(instanceKey, "tandem credentials: encryption");
        _nonceKey = Derive(instanceKey, "tandem credentials: nonce");
    }

    /// <summary>With the key in <c>instance.key</c> of the data directory, made there when there is none yet.</summary>
    /// <exception cref="InvalidDataException">The file holds no key.</exception>
    public static Credentials Open(string dataDirectory)
    {
        string path = Path.Combine(dataDirectory, "instance.key");
        if (!File.Exists(path)) PrivateFile.Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeySize)) + "\n");
        string text = File.ReadAllText(path).Trim();
        if (text.Length != KeySize * 2 || !text.All(char.IsAsciiHexDigit))
            throw new InvalidDataException($"{path} holds no instance key ({KeySize * 2} hex digits): put the right one back from your backup");
        return new Credentials(Convert.FromHexString(text));
    }

    /// <summary>
    /// The key as everything else is derived from it: however it was copied, with or without a line's end, both sides derive the same.
    /// </summary>
    public static byte[] KeyText(string dataDirectory) => Encoding.ASCII.GetBytes(File.ReadAllText(Path.Combine(dataDirectory, "instance.key")).Trim() + "\n");

    public ByteString Seal(string user, string realm, string password)
    {
        byte[] credentials = Encoding.UTF8.GetBytes($"{user}:{realm}:{password}");
        Span<byte> plain = stackalloc byte[PlainSize];
        MD5.HashData(credentials, plain);
        SHA256.HashData(credentials, plain[Md5Size..]);

        byte[] whole = new byte[SealedSize];
        whole[0] = Format;
        Span<byte> nonce = whole.AsSpan(1, NonceSize);
        // The nonce is a keyed hash of what is sealed: it comes twice only with the same content, which is no loss.
        HMACSHA256.HashData(_nonceKey, plain).AsSpan(0, NonceSize).CopyTo(nonce);
        using var aes = new AesGcm(_encryptionKey, TagSize);
        aes.Encrypt(nonce, plain, whole.AsSpan(1 + NonceSize, PlainSize), whole.AsSpan(1 + NonceSize + PlainSize));
        CryptographicOperations.ZeroMemory(plain);
        return UnsafeByteOperations.UnsafeWrap(whole);
    }

    /// <summary>False when it was sealed under another key, or is damaged.</summary>
    public bool TryOpen(ByteString sealedCredentials, out DigestSecrets secrets)
    {
        secrets = new DigestSecrets("", "");
        ReadOnlySpan<byte> whole = sealedCredentials.Span;
        if (whole.Length != SealedSize || whole[0] != Format) return false;
        Span<byte> plain = stackalloc byte[PlainSize];
        using var aes = new AesGcm(_encryptionKey, TagSize);
        try
        {
            aes.Decrypt(whole.Slice(1, NonceSize), whole.Slice(1 + NonceSize, PlainSize), whole[(1 + NonceSize + PlainSize)..], plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        secrets = new DigestSecrets(Convert.ToHexStringLower(plain[..Md5Size]), Convert.ToHexStringLower(plain[Md5Size..]));
        CryptographicOperations.ZeroMemory(plain);
        return true;
    }

    static byte[] Derive(ReadOnlySpan<byte> instanceKey, string purpose)
    {
        byte[] key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, instanceKey, key, salt: [], info: Encoding.ASCII.GetBytes(purpose));
        return key;
    }
}
