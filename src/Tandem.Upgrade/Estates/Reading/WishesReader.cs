using Tandem.Upgrade.Packs;
using Tandem.Yaml;

namespace Tandem.Upgrade.Estates.Reading;

/// <summary>What the customer wants otherwise than the pack, and what is known of the load.</summary>
static class WishesReader
{
    const int HoursOfTheDay = 24;
    const double MinutesMax = 7 * 24 * 60;
    const string MinutesRight = "write minutes, from 0 to 10080";

    static readonly string[] s_acts = ["stop", "upgrade", "start", "test"];

    public static Dictionary<string, string> Policies(Field? field, Product product)
    {
        var choices = new Dictionary<string, string>(StringComparer.Ordinal);
        if (field?.Map("write policies with a choice each") is not { } keys) return choices;
        foreach (string policy in keys.Keys)
        {
            if (keys[policy].Text("write the choice") is not { } choice) continue;
            choices[policy] = choice;
            if (!product.IsKnown) continue;
            if (!product.Policies.Contains(policy))
            {
                keys[policy].Reject($"there is no policy '{policy}'", Near(policy, [.. product.Policies.Select(static p => p.Key)]));
                continue;
            }
            string[] known = [.. product.Policies[policy].SelectMany(static p => p.Choices).Select(static (Choice c) => c.Id).Distinct(StringComparer.Ordinal)];
            if (!known.Contains(choice, StringComparer.Ordinal)) keys[policy].Reject($"policy '{policy}' has no choice '{choice}'", Near(choice, known));
        }
        return choices;
    }

    public static Dictionary<string, double> TestMinutes(Field? field)
    {
        var minutes = new Dictionary<string, double>(StringComparer.Ordinal);
        if (field?.Map("write before, midpoint and end, in minutes") is not { } keys) return minutes;
        foreach (string when in (string[])["before", "midpoint", "end"])
            if (keys.Optional(when) is { } one) minutes[when] = one.Number(0, MinutesMax, MinutesRight);
        keys.Done();
        return minutes;
    }

    public static IReadOnlyList<double> CallsPerHour(Field? field)
    {
        if (field is null) return [];
        IReadOnlyList<Field> items = field.Items();
        if (items.Count != HoursOfTheDay)
            field.Reject($"has {items.Count} {(items.Count == 1 ? "value" : "values")}", "write 24, one for each hour of the day from 0 to 23");
        return [.. items.Select(static i => i.Number(0, 1e9, "write the calls of that hour, 0 or more"))];
    }

    public static IReadOnlyList<OrderedAct> Order(Field? field, Names nodes)
    {
        List<OrderedAct> order = [];
        foreach (Mapping keys in field.Maps("write stop, upgrade, start or test with nodes"))
        {
            string[] acts = [.. s_acts.Where(keys.Has)];
            if (acts.Length != 1)
                keys.Whole.Reject(acts.Length == 0 ? "it says nothing to do" : $"it says {string.Join(" and ", acts)} at once", $"write one of {string.Join(", ", s_acts)} with its nodes");
            else
                order.Add(Act(keys, acts[0], nodes));
            // Asked for even where it is not read, so that it is known.
            keys.Optional("minutes");
            keys.Done();
        }
        return order;
    }

    static OrderedAct Act(Mapping keys, string act, Names nodes)
    {
        IReadOnlyList<string> names = nodes.ReferToAll(keys.Optional(act));
        if (keys[act].Items().Count == 0 && act != "test") keys[act].Reject("names no node", "list the nodes");
        return new OrderedAct(act, names, keys.Optional("minutes")?.Number(0, MinutesMax, MinutesRight), keys.Whole.Line);
    }

    public static Dictionary<string, double> Learned(Field? field, Product product)
    {
        var learned = new Dictionary<string, double>(StringComparer.Ordinal);
        if (field?.Map("write role:ROLE or row:ROW with minutes") is not { } keys) return learned;
        foreach (string key in keys.Keys)
        {
            learned[key] = keys[key].Number(0, MinutesMax, MinutesRight);
            string role = key.StartsWith("role:", StringComparison.Ordinal) ? key["role:".Length..] : "";
            if (role.Length == 0 && !(key.StartsWith("row:", StringComparison.Ordinal) && key.Length > "row:".Length))
                keys[key].Reject($"'{key}' says neither a role nor a row", "write role:pg or row:6");
            else if (role.Length > 0 && product.IsKnown && !product.Roles.ContainsKey(role))
                keys[key].Reject($"{product.Name} has no role '{role}'", Near(role, [.. product.Roles.Keys]));
        }
        return learned;
    }

    /// <summary>Which steps there are is known when they are planned.</summary>
    public static IReadOnlyList<StepCommand> Commands(Field? field)
    {
        List<StepCommand> commands = [];
        if (field?.Map("write ids of steps with command lines") is { } keys)
            foreach (string step in keys.Keys)
                if (keys[step].Text("write a command line for sh") is { } command) commands.Add(new StepCommand(step, command, keys[step].Line));
        return commands;
    }

    static string Near(string wrong, IReadOnlyCollection<string> known) =>
        NearestName.Of(wrong, known) is { } near ? $"did you mean '{near}'?" : known.Count == 0 ? "leave it out: none is known" : $"known: {string.Join(", ", known)}";
}
