using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Tests.ConfigurationFiles;

public sealed class ReadyMadeContactCentreTests : IDisposable
{
    readonly ConfigurationDesk _desk = new();

    Configuration FirstCall()
    {
        LoadedConfiguration loaded = _desk.LoadFrom(Path.Combine(Repository.Root, "examples", "first-call", "contact-centre.yaml"));
        Assert.Empty(loaded.Problems);
        return loaded.Configuration!;
    }

    [Fact]
    public void The_ready_made_contact_centre_has_no_problem()
    {
        Configuration centre = FirstCall();

        Assert.Null(Core.ConfigurationRules.FirstFault(centre));
        Assert.Equal("main", centre.Instance);
        Assert.Equal(["ana", "bo", "cy", "dee", "eli"], centre.Agents.Select(agent => agent.Name));
        Assert.Equal(8, centre.Phones.Count);
        Assert.Equal("sales", centre.DialedNumbers.Single(number => number.Number == "1000").CallType);
        Assert.Equal(480, centre.DialedNumbers.Single(number => number.Number == "1001").DefaultLabel.Release);
        Assert.True(centre.Settings.DefaultLabel.Busy);
        Assert.Equal(10_000, centre.SkillGroups[0].WrapUpMs);
        Assert.Equal(-1, centre.SkillGroups[1].WrapUpMs);
        Assert.Equal(["md5"], centre.Settings.DigestAlgorithms);
        Assert.Equal("wait-for-support", centre.Scripts[1].Start);
    }

    [Fact]
    public void Applying_it_again_draws_no_new_passwords_and_changes_nothing()
    {
        Configuration first = FirstCall();
        Assert.Equal(8, _desk.Passwords.Drawn.Count);
        _desk.Passwords.Save();

        _desk.Passwords = PhonePasswords.Open(_desk.Folder.Path);
        Configuration again = FirstCall();

        Assert.Empty(_desk.Passwords.Drawn);
        Assert.Equal(first, again);
        Assert.Empty(ConfigurationDifference.Between(first, again));
    }

    [Fact]
    public void No_password_is_in_the_configuration_in_clear()
    {
        byte[] bytes = Google.Protobuf.MessageExtensions.ToByteArray(FirstCall());
        string text = System.Text.Encoding.Latin1.GetString(bytes);

        Assert.All(_desk.Passwords.All.Values, password => Assert.DoesNotContain(password, text));
        Assert.All(_desk.Passwords.All.Values, password => Assert.Equal(12, password.Length));
    }

    public void Dispose() => _desk.Dispose();
}
