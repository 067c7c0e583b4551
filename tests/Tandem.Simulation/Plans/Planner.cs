namespace Tandem.Simulation;

/// <summary>Draws a plan from a seed: who calls when, and what goes wrong.</summary>
sealed class Planner
{
    readonly Dice _dice;
    readonly IReadOnlySet<string> _kinds;
    readonly List<PlanItem> _items = [];
    readonly List<long> _calm = [];
    int _caller;
    long _faultsEnd;

    Planner(ulong seed, IReadOnlySet<string> kinds) => (_dice, _kinds) = (new Dice(seed * 0xD1342543DE82EF95 + 7), kinds);

    /// <param name="kinds">Of <see cref="Faults.Kinds"/>.</param>
    public static Plan Draw(ulong seed, long lengthUs, IReadOnlySet<string> kinds) => new Planner(seed, kinds).Draw(lengthUs);

    Plan Draw(long lengthUs)
    {
        int agents = 2 + _dice.Below(People.AgentsMax - 1);
        for (int number = 0; number < agents; number++) Join(number);
        int chapters = (int)Math.Max(1, (lengthUs - PlanTimes.SetUpUs) / (PlanTimes.FaultsUs + PlanTimes.CalmUs));
        long at = PlanTimes.SetUpUs;
        for (int chapter = 0; chapter < chapters; chapter++)
        {
            _faultsEnd = at + PlanTimes.FaultsUs;
            DrawFaults(at);
            at = _faultsEnd + PlanTimes.CalmUs;
            _calm.Add(at - 100_000);
        }
        DrawCalls(at);
        _items.Sort(static (a, b) => a.AtUs.CompareTo(b.AtUs));
        return new Plan(_items, _calm, at);
    }

    void Join(int number)
    {
        (string phoneSide, string deskSide) = (Side(), Side());
        Add(_dice.Ms(1_000, 2_500), "agent", $"agent {People.AgentName(number)} with a phone at {phoneSide} and a desk at {deskSide}", world => world.People.Join(number, phoneSide, deskSide));
    }

    void DrawCalls(long untilUs)
    {
        // Dense and sparse stretches.
        long at = 3_000_000;
        long gap = 600;
        long stretch = 0;
        while (true)
        {
            if (at >= stretch) (stretch, gap) = (at + _dice.Ms(3_000, 15_000), _dice.Between(150, 2_500));
            at += _dice.Ms(20, gap * 2);
            if (at >= untilUs - 1_000_000) return;
            var plan = new CallerPlan
            {
                Number = ++_caller,
                Dials = _dice.Of(["1000", "1000", "1000", "1001", "1001", "1002", "1003"]),
                Side = Side(),
                PatienceUs = _dice.Chance(150) ? _dice.Ms(1, 1_500) : _dice.Ms(1_500, 25_000),
                TalkUs = _dice.Chance(100) ? _dice.Ms(0, 200) : _dice.Ms(200, 12_000),
                HoldAfterUs = _dice.Chance(250) ? _dice.Ms(50, 4_000) : null,
                HoldUs = _dice.Ms(50, 3_000),
            };
            Add(at, "call", $"caller {plan.Number} dials {plan.Dials} at {plan.Side}, patience {plan.PatienceUs / 1000} ms, talks {plan.TalkUs / 1000} ms", world => world.People.Call(plan));
        }
    }

    void DrawFaults(long from)
    {
        string[] kinds = [.. Faults.Kinds.Where(_kinds.Contains)];
        if (kinds.Length == 0) return;
        // A few kinds in one chapter meet each other more often than all of them would.
        string[] chosen = [.. Enumerable.Range(0, 1 + _dice.Below(5)).Select(_ => _dice.Of(kinds))];
        int count = 1 + _dice.Below(12);
        for (int i = 0; i < count; i++)
        {
            long at = from + _dice.Between(0, PlanTimes.FaultsUs - 1_000_000);
            foreach ((string words, long lengthUs, Action<World> begin, Action<World>? end) in Faults.Draw(_dice.Of(chosen), _dice))
            {
                long until = Math.Min(at + lengthUs, _faultsEnd);
                Add(at, "fault", end is null ? words : $"{words} for {(until - at) / 1000} ms", world =>
                {
                    world.Trace($"FAULT {words}");
                    world.FaultsDone++;
                    begin(world);
                    if (end is not null) world.At(until, () =>
                    {
                        world.Trace($"over: {words}");
                        end(world);
                    });
                });
            }
        }
    }

    string Side() => _dice.Chance(500) ? "A" : "B";

    void Add(long at, string kind, string words, Action<World> begin) => _items.Add(new PlanItem(at, kind, words, begin));
}
