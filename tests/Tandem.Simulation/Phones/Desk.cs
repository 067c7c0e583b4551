using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>An agent at a desktop: commands with a request id, tried at the other side when theirs does not answer.</summary>
sealed class Desk(World world, string agent, string phone, string side)
{
    const long AnswerUs = 1_000_000;
    readonly Dice _dice = world.Dice.For($"desk {agent}");
    int _requests;

    public string Agent => agent;
    public bool IsDone { get; set; }

    public void Begin() => world.After(_dice.Ms(500, 3_000), Act);

    void Act()
    {
        if (IsDone) return;
        Agent? state = world.Checks.Reference.Centre.FindAgent(agent);
        Entry? entry = null;
        if (state is null || state.Activity == AgentActivity.LoggedOut) entry = new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = agent, Phone = phone } };
        else if (state is { IsInCall: true, Leg: { } leg } && _dice.Chance(60))
        {
            world.Checks.Calls.Released(leg.Call);
            entry = new Entry { CallReleased = new CallReleased { Call = leg.Call.Id.Value } };
        }
        else if (state.Activity is AgentActivity.NotReady or AgentActivity.WorkNotReady) entry = new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent } };
        else if (_dice.Chance(60)) entry = new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = agent, Reason = 1 } };
        else if (state.IsInWrapUp && _dice.Chance(300)) entry = new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent } };
        if (entry is null)
        {
            Later();
            return;
        }
        entry.Actor = $"agent:{agent}";
        entry.RequestId = $"{agent}-{++_requests}";
        world.Trace($"desk of {agent}: {entry.InputCase} as {entry.RequestId}");
        Ask(entry, world.HostOf(side), 0);
    }

    void Later() => world.After(_dice.Ms(500, 5_000), Act);

    void Ask(Entry entry, Host host, int tries)
    {
        bool isAnswered = false;
        if (host.Process is { IsLive: true } process && !host.IsFrozen && world.Network.Reaches("phones", host.Side))
        {
            var outcome = new TaskCompletionSource<Rejection>();
            _ = outcome.Task.ContinueWith(t =>
            {
                if (process.IsDead || isAnswered || !world.Network.Reaches(host.Side, "phones")) return;
                isAnswered = true;
                if (t.IsCompletedSuccessfully) world.Checks.Commands.Answered(entry.RequestId, t.Result);
                Later();
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            Entry asked = entry.Clone();
            world.After(_dice.Between(300, 3_000), () => process.Post(loop => loop.Command(asked, outcome, static refusal => refusal.ToString())));
        }
        world.After(AnswerUs, () =>
        {
            if (isAnswered) return;
            if (tries < 20) Ask(entry, world.Other(host), tries + 1);
            else
            {
                isAnswered = true;
                Later();
            }
        });
    }
}
