using System.Security.Cryptography;
using System.Text;

namespace Tandem.EndToEnd;

/// <summary>A phone that registers with digest (RFC 2617 MD5 with qop=auth), computed here and not by the stack under test.</summary>
sealed class Registration : End
{
    readonly string _user, _password;
    Message? _challenge;
    int _uses;

    public Registration(Peer peer, string user, string password)
        : base(peer)
    {
        (_user, _password) = (user, password);
        CallId = $"reg-{Guid.NewGuid():N}";
        LocalTag = "r";
        Local = Remote = $"<sip:{user}@{peer.Node}>";
        Target = $"sip:{peer.Node}";
    }

    /// <summary>Answers a challenge when there is one.</summary>
    public async Task<Message> RegisterAsync(int seconds)
    {
        Message answer = await SendAsync(seconds);
        if (answer.Status != 401) return answer;
        _challenge = answer;
        _uses = 0;
        return await SendAsync(seconds);
    }

    async Task<Message> SendAsync(int seconds)
    {
        int cseq = ++CSeqNow;
        string request = Write("REGISTER", Target, cseq, headers: $"Expires: {seconds}\r\n{Authorization()}");
        Peer.Send(request);
        return await Peer.ReceiveAsync(m => !m.IsRequest && m.CallId == CallId && m.CSeq == $"{cseq} REGISTER" && m.Status >= 200, "the answer to REGISTER");
    }

    string Authorization()
    {
        if (_challenge?.All("WWW-Authenticate").First(static c => c.Contains("MD5", StringComparison.Ordinal)) is not { } challenge) return "";
        string realm = Field(challenge, "realm"), nonce = Field(challenge, "nonce"), count = $"{++_uses:x8}";
        string response = Md5($"{Md5($"{_user}:{realm}:{_password}")}:{nonce}:{count}:c0ffee:auth:{Md5($"REGISTER:{Target}")}");
        return $"Authorization: Digest username=\"{_user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{Target}\", algorithm=MD5, qop=auth, nc={count}, cnonce=\"c0ffee\", response=\"{response}\"\r\n";
    }

    static string Field(string challenge, string name) => challenge[(challenge.IndexOf(name + "=\"", StringComparison.Ordinal) + name.Length + 2)..].Split('"')[0];
    static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
