using Tandem.Node.ConfigurationFiles;

namespace Tandem.Tests.ConfigurationFiles;

public sealed class CredentialsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_hashes_are_those_of_the_standard()
    {
        // RFC 7616 §3.9.1's user, realm and password; hashes by md5sum and sha256sum.
        Credentials credentials = Credentials.Open(_folder.Path);
        Assert.True(credentials.TryOpen(credentials.Seal("Mufasa", "http-auth@example.org", "Circle of Life"), out DigestSecrets secrets));

        Assert.Equal("3d78807defe7de2157e2b0b6573a855f", secrets.Md5);
        Assert.Equal("7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232", secrets.Sha256);
    }

    [Fact]
    public void Equal_passwords_of_a_user_give_equal_bytes_also_after_a_restart()
    {
        var sealedOnce = Credentials.Open(_folder.Path).Seal("101", "main", "secret");

        Assert.Equal(sealedOnce, Credentials.Open(_folder.Path).Seal("101", "main", "secret"));
        Assert.NotEqual(sealedOnce, Credentials.Open(_folder.Path).Seal("101", "main", "secrets"));
        Assert.NotEqual(sealedOnce, Credentials.Open(_folder.Path).Seal("102", "main", "secret"));
    }

    [Fact]
    public void Another_key_or_a_changed_byte_opens_nothing()
    {
        Credentials credentials = Credentials.Open(_folder.Path);
        byte[] bytes = credentials.Seal("101", "main", "secret").ToByteArray();

        Assert.False(new Credentials(new byte[32]).TryOpen(Google.Protobuf.ByteString.CopyFrom(bytes), out _));
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            Assert.False(credentials.TryOpen(Google.Protobuf.ByteString.CopyFrom(bytes), out _));
            bytes[at] ^= 1;
        }
        Assert.False(credentials.TryOpen(Google.Protobuf.ByteString.Empty, out _));
    }

    [Fact]
    public void Only_their_owner_may_read_the_key_and_the_passwords()
    {
        _ = Credentials.Open(_folder.Path);
        PhonePasswords passwords = PhonePasswords.Open(_folder.Path);
        string drawn = passwords.Of("101");
        passwords.Save();

        Assert.Equal($"101 {drawn}\n", File.ReadAllText(_folder["phone-passwords"]));
        foreach (string file in (string[])["instance.key", "phone-passwords"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder[file]));
    }

    [Fact]
    public void A_damaged_key_is_told_and_not_replaced()
    {
        _folder.Write("instance.key", "nonsense");

        Assert.Contains("holds no instance key", Assert.Throws<InvalidDataException>(() => Credentials.Open(_folder.Path)).Message);
        Assert.Equal("nonsense", File.ReadAllText(_folder["instance.key"]));
    }

    public void Dispose() => _folder.Dispose();
}
