using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class DigestTests
{
    static readonly DigestServerOptions s_options = new() { Realm = "b.test", Secret = [1, 2, 3] };
    static readonly Ha1Lookup s_users = (user, algorithm) => user == "bo" ? algorithm.Ha1("bo", "b.test", "secret") : null;

    /// <summary>The vectors of RFC 7616 §3.9.1.</summary>
    [Theory]
    [InlineData(DigestAlgorithm.Md5, "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData(DigestAlgorithm.Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Responses_match_RFC_7616(DigestAlgorithm algorithm, string expected)
    {
        byte[] ha1 = Encoding.ASCII.GetBytes(algorithm.Ha1("Mufasa", "http-auth@example.org", "Circle of Life"));
        byte[] response = algorithm.Response(
            ha1, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"u8, "00000001"u8, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"u8, "auth"u8, "GET"u8, "/dir/index.html"u8);
        Assert.Equal(expected, Encoding.ASCII.GetString(response));
    }

    static SipMessage Parse(byte[] bytes)
    {
        Assert.Equal(Malformed.No, SipParser.Parse(bytes, out SipMessage? message));
        return message!;
    }

    static SipMessage Challenge(DigestServer server, long now, string salt = "call-1")
    {
        SipMessage request = Parse(Messages.Request("REGISTER", "z9hG4bK-1", "sip:b.test"));
        string lines = Encoding.UTF8.GetString(server.Challenge(now, Encoding.ASCII.GetBytes(salt)));
        return Parse(Messages.Response(request, 401, "t", "<sip:b.test>", lines));
    }

    static SipMessage Answer(SipMessage challenge, string user = "bo", string password = "secret", uint count = 1)
    {
        byte[] line = DigestClient.Answer(challenge, "REGISTER"u8, "sip:b.test"u8, user, password, "c0ffee"u8, count)!;
        return Parse(Messages.Request("REGISTER", "z9hG4bK-2", "sip:b.test", Encoding.UTF8.GetString(line)));
    }

    [Theory]
    [InlineData(DigestAlgorithm.Md5)]
    [InlineData(DigestAlgorithm.Sha256)]
    public void A_client_that_answers_the_challenge_is_let_in(DigestAlgorithm algorithm)
    {
        var server = new DigestServer(s_options with { Algorithms = [algorithm] });
        Assert.Equal(DigestVerdict.Good, server.Verify(Answer(Challenge(server, 1000)), s_users, 1010, out string user));
        Assert.Equal("bo", user);
    }

    [Fact]
    public void The_strongest_algorithm_is_offered_first_with_one_nonce_for_all()
    {
        string[] lines = Encoding.ASCII.GetString(new DigestServer(s_options).Challenge(1000, "x"u8)).Split("\r\n");
        Assert.Contains("algorithm=SHA-256", lines[0]);
        Assert.Contains("algorithm=MD5", lines[1]);
        Assert.Equal(lines[0].Split("nonce=")[1].Split(',')[0], lines[1].Split("nonce=")[1].Split(',')[0]);
    }

    [Theory]
    [InlineData("bo", "wrong")]
    [InlineData("nobody", "secret")]
    public void A_wrong_password_and_an_unknown_user_look_alike(string user, string password)
    {
        var server = new DigestServer(s_options);
        Assert.Equal(DigestVerdict.Bad, server.Verify(Answer(Challenge(server, 1000), user, password), s_users, 1010, out string who));
        Assert.Equal("", who);
    }

    [Fact]
    public void A_replayed_count_and_an_old_nonce_are_stale()
    {
        var server = new DigestServer(s_options);
        SipMessage challenge = Challenge(server, 1000);
        Assert.Equal(DigestVerdict.Good, server.Verify(Answer(challenge), s_users, 1010, out _));
        Assert.Equal(DigestVerdict.Stale, server.Verify(Answer(challenge), s_users, 1011, out _));
        Assert.Equal(DigestVerdict.Good, server.Verify(Answer(challenge, count: 2), s_users, 1012, out _));
        Assert.Equal(DigestVerdict.Stale, server.Verify(Answer(challenge, count: 3), s_users, 2000, out _));
    }

    [Fact]
    public void A_foreign_nonce_is_refused_and_another_node_with_the_secret_accepts_ours()
    {
        var ours = new DigestServer(s_options);
        var other = new DigestServer(s_options);
        var foreign = new DigestServer(s_options with { Secret = [9] });
        SipMessage answer = Answer(Challenge(ours, 1000));
        Assert.Equal(DigestVerdict.Good, other.Verify(answer, s_users, 1010, out _));
        Assert.Equal(DigestVerdict.Bad, foreign.Verify(answer, s_users, 1010, out _));
    }

    [Fact]
    public void Credentials_of_another_scheme_or_realm_are_missing()
    {
        var server = new DigestServer(s_options);
        foreach (string line in new[] { "", "Authorization: NoOneKnowsThisScheme opaque-data=here\r\n", "Authorization: Digest realm=\"x\", username=\"bo\"\r\n" })
            Assert.Equal(DigestVerdict.Missing, server.Verify(Parse(Messages.Request("REGISTER", "z9hG4bK-3", "sip:b.test", line)), s_users, 1, out _));
    }
}
