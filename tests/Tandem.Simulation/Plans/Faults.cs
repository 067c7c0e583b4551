using Tandem.Core.Schema;

namespace Tandem.Simulation;

/// <summary>What goes wrong, by kind.</summary>
static class Faults
{
    public static readonly string[] Kinds =
        ["kill", "kill-both", "crash", "pause", "freeze", "stall", "cut-etcd", "cut-sides", "cut-phones", "noise", "disk", "history", "compact", "lag", "slow", "clock", "leave", "claim"];

    public static IEnumerable<(string Words, long LengthUs, Action<World> Begin, Action<World>? End)> Draw(string kind, Dice dice)
    {
        string side = dice.Chance(500) ? "A" : "B";
        switch (kind)
        {
            case "kill":
                yield return ($"{side}'s node is killed", 0, w => w.HostOf(side).KillNode("by the plan"), null);
                break;
            case "kill-both":
                long between = dice.Chance(300) ? 0 : dice.Ms(0, 800);
                yield return ("both nodes are killed", 0, w =>
                {
                    w.HostOf(side).KillNode("by the plan");
                    w.After(between, () => w.Other(w.HostOf(side)).KillNode("by the plan"));
                }, null);
                break;
            case "crash":
                yield return ($"{side}'s host is without power", dice.Ms(500, 12_000), w => w.HostOf(side).Crash(), w => w.HostOf(side).Start());
                break;
            case "pause":
                yield return ($"{side}'s node is stopped (SIGSTOP)", Length(dice), w => w.HostOf(side).Process?.Pause(), w => w.HostOf(side).Process?.Resume());
                break;
            case "freeze":
                yield return ($"{side}'s host stands still, its guardian too", Length(dice), w => w.HostOf(side).Freeze(), w => w.HostOf(side).Thaw());
                break;
            case "stall":
                long stall = dice.Chance(700) ? dice.Ms(200, 3_000) : dice.Ms(3_000, 7_000);
                yield return ($"the journal has no leader for {stall / 1000} ms", 0, w => w.Etcd.Stall(stall), null);
                break;
            case "cut-etcd":
                yield return Cut(dice, side, "etcd", dice.Chance(700) ? dice.Ms(100, 4_000) : dice.Ms(4_000, 20_000));
                break;
            case "cut-sides":
                yield return Cut(dice, "A", "B", dice.Ms(200, 20_000));
                break;
            case "cut-phones":
                yield return Cut(dice, "phones", side, dice.Ms(100, 5_000));
                break;
            case "noise":
                (int loss, int twice, int late) = (dice.Below(120), dice.Below(100), dice.Below(200));
                yield return ($"of a thousand datagrams {loss} are lost, {twice} doubled, {late} late", dice.Ms(1_000, 20_000), w =>
                {
                    w.Network.LossPerMille += loss;
                    w.Network.DoublePerMille += twice;
                    w.Network.LatePerMille += late;
                }, w =>
                {
                    w.Network.LossPerMille -= loss;
                    w.Network.DoublePerMille -= twice;
                    w.Network.LatePerMille -= late;
                });
                break;
            case "disk":
                bool full = dice.Chance(500);
                yield return ($"{side}'s disk is {(full ? "full" : "slow")}", dice.Ms(1_000, 20_000), w => Disk(w, true), w => Disk(w, false));
                void Disk(World w, bool on)
                {
                    if (full) w.HostOf(side).Disk.IsFull = on;
                    else w.HostOf(side).Disk.IsSlow = on;
                }
                break;
            case "history":
                yield return ($"{side}'s database is away", dice.Ms(500, 20_000), w => w.HostOf(side).History.IsAway = true, w => w.HostOf(side).History.IsAway = false);
                break;
            case "compact":
                yield return ("etcd is compacted up to its end", 0, w => w.Etcd.Compact(w.Etcd.Last), null);
                break;
            case "lag":
                long lag = dice.Ms(5, 250);
                yield return ($"{side}'s reader lags {lag / 1000} ms", dice.Ms(500, 10_000), w => Lag(w, lag), w => Lag(w, 0));
                void Lag(World w, long us)
                {
                    if (w.HostOf(side).Process is { } process) process.Journal.LagUs = us;
                }
                break;
            case "slow":
                long slow = dice.Ms(1, 60);
                yield return ($"{side}'s turns take {slow / 1000} ms longer", dice.Ms(500, 8_000), w => Slow(w, slow), w => Slow(w, 0));
                void Slow(World w, long us)
                {
                    if (w.HostOf(side).Process is { } process) process.SlowUs = us;
                }
                break;
            case "clock":
                long skew = dice.Ms(-450, 450);
                yield return ($"{side}'s wall clock is set to {skew / 1000} ms off", 0, w => w.HostOf(side).Clock.Skew(skew), null);
                break;
            case "leave":
                yield return ($"{side} leaves in good order", dice.Ms(1_000, 12_000), w => w.HostOf(side).Leave(), w => w.HostOf(side).Start());
                break;
            case "claim":
                string address = dice.Chance(500) ? "10.0.0.2:5060" : "10.0.0.3:5060";
                yield return ($"{side} claims {address}", 0, w =>
                {
                    if (w.HostOf(side).Process is { IsLive: true } process)
                        process.Post(loop => loop.TryPropose(new Entry { AddressClaimed = new AddressClaimed { Address = address } }));
                }, null);
                break;
        }
    }

    /// <summary>Mostly around the times that fences and guardians know.</summary>
    static long Length(Dice dice) => dice.Below(10) switch
    {
        < 5 => dice.Ms(100, 700),
        < 9 => dice.Ms(500, 5_000),
        _ => dice.Ms(5_000, 30_000),
    };

    static (string, long, Action<World>, Action<World>?) Cut(Dice dice, string one, string other, long length)
    {
        int way = dice.Below(4);
        return ($"{one} and {other} are cut from each other{(way < 2 ? "" : way == 2 ? $", only from {one} to {other}" : $", only from {other} to {one}")}", length, w =>
        {
            if (way != 3) w.Network.Cut(one, other);
            if (way != 2) w.Network.Cut(other, one);
        }, w =>
        {
            if (way != 3) w.Network.Heal(one, other);
            if (way != 2) w.Network.Heal(other, one);
        });
    }
}
