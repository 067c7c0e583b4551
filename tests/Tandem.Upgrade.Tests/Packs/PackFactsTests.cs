using Tandem.Upgrade.Packs;
using Tandem.Upgrade.Tests.Readiness;

namespace Tandem.Upgrade.Tests.Packs;

public sealed class PackFactsTests
{
    public static TheoryData<string> Ids => [.. TestEstates.Packs.Ids];

    static IEnumerable<(string What, string Source)> Facts(Pack pack)
    {
        foreach (PathRule path in pack.Paths) yield return ($"path from {path.From[0]}", path.Source);
        foreach (Stage stage in pack.Order) yield return ($"stage {stage.Id}", stage.Source);
        foreach ((string id, Role role) in pack.Roles)
        {
            yield return ($"role {id}", role.Source);
            if (role.Minutes is { } minutes) yield return ($"minutes of {id}", minutes.Source);
            if (role.Hardware is { } hardware) yield return ($"hardware of {id}", hardware.Source);
            foreach (Requirement required in role.Software) yield return ($"{required.Component} of {id}", required.Source);
            foreach (MethodStep step in role.Method) yield return ($"{id}: {step.Do}", step.Source);
        }
        foreach ((string id, Policy policy) in pack.Policies)
            foreach (Choice choice in policy.Choices) yield return ($"policy {id}: {choice.Id}", choice.Source);
        foreach (ChronologyRow row in pack.Chronology)
        {
            yield return ($"row {row.Row}", row.Source);
            if (row.Minutes is { } minutes) yield return ($"minutes of row {row.Row}", minutes.Source);
        }
        foreach (Check check in pack.Checks) yield return ($"check {check.Id}", check.Source);
        foreach (SavedItem item in pack.Saves) yield return ($"save {item.Id}", item.Source);
        foreach (PeripheralKind kind in pack.Peripherals) yield return ($"peripheral {kind.Id}", kind.Source);
        foreach (TestCase test in pack.Tests) yield return ($"test {test.Id}", test.Source);
        foreach (Notice notice in pack.Notices) yield return ($"notice {notice.Subject}", notice.Source);
        foreach (RunSheetEntry entry in pack.RunSheet) yield return ($"run sheet {entry.At}", entry.Source);
        foreach (Item item in pack.Acceptance.Concat(pack.Overwritten)) yield return ($"item {item.Id}", item.Source);
        foreach ((string id, Figure figure) in pack.Figures) yield return ($"figure {id}", figure.Source);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_fact_names_a_document_of_the_pack_and_a_section(string id)
    {
        Pack pack = TestEstates.Packs.Load(id);
        foreach ((string what, string source) in Facts(pack))
        {
            string[] parts = source.Split('#');
            Assert.True(parts.Length == 2 && parts[1].Length > 0 && pack.Sources.Exists(d => d.Id == parts[0]), $"{what}: source '{source}'");
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_policy_has_at_least_two_choices_and_a_default_among_them(string id)
    {
        foreach ((string policy, Policy of) in TestEstates.Packs.Load(id).Policies)
        {
            Assert.True(of.Choices.Count > 1, policy);
            Assert.True(of.Choices.Exists(c => c.Id == of.Default), policy);
            Assert.Equal(of.Choices.Count, of.Choices.DistinctBy(static c => c.Id).Count());
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_check_is_judged_by_code(string id) => Upgrade.Readiness.Readiness.Verify(TestEstates.Packs.Load(id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Tests_are_at_known_points_and_ids_come_once(string id)
    {
        Pack pack = TestEstates.Packs.Load(id);
        Assert.All(pack.Tests, static t => Assert.Empty(t.At.Except(["before", "switch", "simplex", "duplex"])));
        foreach (IEnumerable<string> ids in new[] { pack.Tests.Select(static t => t.Id), pack.Checks.Select(static c => c.Id), pack.Saves.Select(static s => s.Id), pack.Acceptance.Select(static a => a.Id) })
            Assert.Equal(ids.Count(), ids.Distinct(StringComparer.Ordinal).Count());
    }
}
