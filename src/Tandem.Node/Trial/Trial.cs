using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Tandem.Node.Commands;
using Tandem.Node.Http;

namespace Tandem.Node.Trial;

/// <summary>A trial on a node: phones are registered and agents ready when it was started, and all that is undone at its end.</summary>
sealed class Trial : IAsyncDisposable
{
    /// <summary>A caller who waited this long hangs up.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    /// <summary>Callers come a quarter faster than the agents can take them: a queue forms.</summary>
    const double Pressure = 1.25;

    readonly NodeClient _node;
    readonly Cast _cast;
    readonly TimeSpan _talk;
    readonly PhoneBank _bank;
    readonly List<Phone> _registered = [];
    readonly List<string> _loggedIn = [];
    readonly List<Phone> _customers = [];
    readonly ConcurrentBag<PhoneCall> _calls = [];
    readonly ConcurrentQueue<(TrialAgent Agent, PhoneCall Call)> _rung = new();
    readonly ConcurrentBag<Task> _wrapUps = [];
    volatile bool _ending;

    Trial(NodeClient node, Cast cast, TimeSpan talk, PhoneBank bank) => (_node, _cast, _talk, _bank) = (node, cast, talk, bank);

    public IReadOnlyList<TrialAgent> Agents => _cast.Agents;

    public static async Task<Trial> StartAsync(NodeClient node, Cast cast, TimeSpan talk, CancellationToken stop)
    {
        JsonElement status = await node.GetAsync("status", stop);
        var trial = new Trial(node, cast, talk, new PhoneBank(IPEndPoint.Parse(status.GetProperty("sip").Text("address")), status.Text("instance")));
        try
        {
            foreach ((string name, string password) in cast.Customers) trial._customers.Add(trial._bank.Add(name, password));
            await Task.WhenAll(cast.Agents.Select(agent => trial.BeginAsync(agent, stop)));
            return trial;
        }
        catch
        {
            await trial.DisposeAsync();
            throw;
        }
    }

    async Task BeginAsync(TrialAgent agent, CancellationToken stop)
    {
        Phone phone = _bank.Add(agent.Phone, agent.Password);
        phone.AnswersAfter = TimeSpan.FromMilliseconds(400);
        phone.Rings = call =>
        {
            _rung.Enqueue((agent, call));
            _wrapUps.Add(FollowAsync(agent, call));
        };
        await phone.RegisterAsync();
        lock (_registered) _registered.Add(phone);
        await _node.PostAsync($"agents/{Uri.EscapeDataString(agent.Name)}/login", new LoginBody(null), stop);
        lock (_loggedIn) _loggedIn.Add(agent.Name);
        await _node.PostAsync($"agents/{Uri.EscapeDataString(agent.Name)}/ready", null, stop);
    }

    /// <summary>The agent ends the wrap-up at once: the next caller waits already.</summary>
    async Task FollowAsync(TrialAgent agent, PhoneCall call)
    {
        if (!await call.Talking) return;
        await call.Ended;
        string path = $"agents/{Uri.EscapeDataString(agent.Name)}";
        // The phone hangs up a moment before the contact centre has the end of the call.
        for (int i = 0; i < 20 && !_ending; i++)
        {
            await Task.Delay(50);
            try
            {
                if ((await _node.GetAsync(path, CancellationToken.None)).Text("state") is not ("work-ready" or "work-not-ready" or "not-ready")) continue;
                await _node.PostAsync($"{path}/ready", null, CancellationToken.None);
                return;
            }
            catch (NodeException)
            {
                // said at the end of the trial by the calls that nobody takes
            }
        }
    }

    public async Task<Outcome> RunAsync(int calls, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan between = (_talk + TimeSpan.FromMilliseconds(600)) / (_cast.Agents.Count * Pressure);
        var conversations = new List<Task>();
        try
        {
            for (int i = 0; i < calls; i++)
            {
                stop.ThrowIfCancellationRequested();
                PhoneCall call = _customers[i % _customers.Count].Call(_cast.Agents[i % _cast.Agents.Count].Number);
                _calls.Add(call);
                conversations.Add(ConverseAsync(call, stop));
                if (i < calls - 1) await Task.Delay(between, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: those who talk hang up, and what was is summed up
        }
        await Task.WhenAll(conversations);
        await Task.Delay(100, CancellationToken.None);
        return Sum(Stopwatch.GetElapsedTime(began));
    }

    async Task ConverseAsync(PhoneCall call, CancellationToken stop)
    {
        try
        {
            if (await call.Talking.WaitAsync(s_patience, stop)) await Task.WhenAny(call.Ended, Task.Delay(_talk, stop));
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // gives up
        }
        call.HangUp();
        await Task.WhenAny(call.Ended, Task.Delay(TimeSpan.FromSeconds(35), CancellationToken.None));
    }

    /// <summary>Callers who wait, of those whose agent's phone rings, who talk and who are done.</summary>
    public (int Queued, int Ringing, int Talking, int Done) Now()
    {
        int waiting = 0, talking = 0, done = 0;
        foreach (PhoneCall call in _calls)
        {
            if (call.Ended.IsCompleted) done++;
            else if (call.Talking.IsCompleted) talking++;
            else waiting++;
        }
        int ringing = Math.Min(waiting, _rung.Count(static r => !r.Call.Talking.IsCompleted));
        return (waiting - ringing, ringing, talking, done);
    }

    public int TakenBy(TrialAgent agent) => _rung.Count(r => r.Agent == agent && r.Call.Talking is { IsCompleted: true, Result: true });

    Outcome Sum(TimeSpan took)
    {
        List<PhoneCall> answered = [.. _calls.Where(static c => c.Talking is { IsCompleted: true, Result: true })];
        List<PhoneCall> taken = [.. _rung.Select(static r => r.Call).Where(static c => c.Talking is { IsCompleted: true, Result: true })];
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int abandoned = 0, failed = 0;
        foreach (PhoneCall call in _calls)
        {
            string? reason = null;
            if (!call.Ended.IsCompleted) reason = "did not end";
            else if (!call.Talking.Result && call.Status == 487) abandoned++;
            else if (call.Status != 200) reason = $"refused with {call.Status}";
            else if (call.RtpReceived == 0) reason = "no RTP from the agent";
            if (reason is null) continue;
            failed++;
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }
        int deaf = taken.Count(static c => c.RtpReceived == 0);
        if (deaf > 0) reasons["no RTP from the caller"] = deaf;
        double[] waits = [.. answered.Select(static c => c.TimeToAnswer.TotalSeconds).Order()];
        return new Outcome(_calls.Count, answered.Count, failed + deaf, abandoned, At(0.5), At(0.95), At(1), Math.Round(took.TotalSeconds, 1),
            new Media(answered.Sum(static c => c.RtpSent), taken.Sum(static c => c.RtpReceived)),
            new Media(taken.Sum(static c => c.RtpSent), answered.Sum(static c => c.RtpReceived)),
            [.. _cast.Agents.Select(a => new AgentShare(a.Name, a.Phone, TakenBy(a)))], reasons,
            taken.LastOrDefault()?.NodeCall is { } call2 && call2.Contains(':') ? call2[(call2.IndexOf(':') + 1)..] : null);

        double At(double share) => waits.Length == 0 ? 0 : Math.Round(waits[Math.Min(waits.Length - 1, (int)(waits.Length * share))], 2);
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await Task.WhenAll(_wrapUps);
        foreach (string agent in _loggedIn) await QuietlyAsync(_node.PostAsync($"agents/{Uri.EscapeDataString(agent)}/logout", new ReasonBody(null), CancellationToken.None));
        await QuietlyAsync(Task.WhenAll(_registered.Select(static p => p.UnregisterAsync())));
        _bank.Dispose();
    }

    // At the end nobody can do more about it.
    static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is NodeException or TimeoutException)
        {
        }
    }
}
